//! What applications and functions keep with a channel, for as long as it lives.

use std::any::{Any, TypeId};
use std::sync::{Arc, Mutex, PoisonError};

use super::Call;

/// One value of each type. There are a handful, so that looking through them is quicker than a table.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>);

impl Call {
    /// What is kept with the channel of this type; it is made when it is first asked for. It goes when the channel goes.
    pub fn keep<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut kept = self.0.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = TypeId::of::<T>();
        if let Some((_, known)) = kept.iter().find(|(kind, _)| *kind == wanted) {
            // A value stands under its own type alone.
            return Arc::clone(known).downcast().unwrap_or_default();
        }
        let made = Arc::new(T::default());
        kept.push((wanted, made.clone()));
        made
    }

    /// The same, where something of the type is kept.
    pub fn kept<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let kept = self.0.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, known) = kept.iter().find(|(kind, _)| *kind == TypeId::of::<T>())?;
        Arc::clone(known).downcast().ok()
    }
}
