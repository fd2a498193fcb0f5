//! What applications and functions keep with a channel, for as long as it lives.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Call;

/// One value of each type.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Call {
    /// What is kept with the channel of this type; it is made when it is first asked for. It goes when the channel goes.
    pub fn keep<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut kept = self.0.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = kept.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        // A value stands under its own type alone.
        Arc::clone(made).downcast().unwrap_or_default()
    }

    /// The same, where something of the type is kept.
    pub fn kept<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let kept = self.0.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.get(&TypeId::of::<T>())?).downcast().ok()
    }
}
