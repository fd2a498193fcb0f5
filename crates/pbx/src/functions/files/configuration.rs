//! `AST_CONFIG(file,category,variable[,index])`: a value of a file of the configuration's folder, as it is there now. The index counts
//! from 0 among lines of one name; -1 is the last.

use asterisk_conf::{LoadOptions, SourceMap, load};
use call_control::BoxFuture;

use crate::configuration::Disk;
use crate::dialplan::DialplanChannel;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, Value};

const NAME: &str = "AST_CONFIG";

pub(super) fn read<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let given = Arguments::of(arguments, 4);
        let wrong = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
        let file = given.at(0);
        if given.count() < 3 || file.is_empty() {
            return Err(wrong("name a file, a category and a variable"));
        }
        if file.contains('/') || file.starts_with('.') {
            return Err(wrong("the file is one of the configuration's folder"));
        }
        let index: i64 = given.or(3, "0").trim().parse().map_err(|_| wrong("the index is a number"))?;
        let folder = channel.exchange.configuration().folders.configuration.clone();
        let path = folder.join(file);
        let (category, variable) = (given.at(1).to_owned(), given.at(2).to_owned());
        let read = tokio::task::spawn_blocking(move || {
            let options = LoadOptions { folder: Some(folder), ..LoadOptions::default() };
            let (config, _) = load(&path, &Disk, &mut SourceMap::new(), &options);
            let sections = config.sections_named(&category);
            let values: Vec<String> = sections
                .flat_map(|section| section.all(&variable).map(|entry| entry.value.value.clone()))
                .collect();
            let place = match usize::try_from(index) {
                Ok(index) => index,
                Err(_) => values.len().wrapping_sub(1),
            };
            values.get(place).cloned().unwrap_or_default()
        });
        read.await.map_err(|error| FunctionError::failed(NAME, error))
    })
}
