//! `geoloc …`: where phones are, and what is told of it.

use std::fmt::Write;

use call_control::{LocationFormat, LocationProfile, Settings};
use pbx::configuration::{ConfiguredLocation, Part};
use sip_ua::geopriv::{Measure, ShapeKind, civic};

use super::layout::column;
use super::module::reload;
use super::{Answer, Command, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("geoloc list locations", "The locations of geolocation.conf, a line each", list_locations),
    Command::now("geoloc list profiles", "The profiles of geolocation.conf, a line each", list_profiles),
    Command::now("geoloc show locations", "All about the locations of geolocation.conf", show_locations),
    Command::now("geoloc show profiles", "All about the profiles of geolocation.conf", show_profiles),
    Command::now("geoloc show gml_shape_defs", "The shapes of GML, and what each needs", |_, _| Ok(shapes())),
    Command::now("geoloc show civicAddr_mapping", "The elements of addresses, and what each says", |_, _| {
        Ok(elements())
    }),
    Command::later("geoloc reload", "Reads geolocation.conf again", |context, _| {
        Box::pin(reload(context, Part::Geolocation))
    }),
];

// Writing into a String cannot fail, in all of this file.

fn list_locations(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = "Geolocation Location Objects:\n\n".to_owned();
    heading(&mut text, "Format");
    for (name, location) in &configuration.geolocation.locations {
        row(&mut text, name, location.format.name(), &written(&location.info));
    }
    let _ = write!(text, "\nTotal Location Objects: {}\n", configuration.geolocation.locations.len());
    Ok(text)
}

fn list_profiles(context: &Context, _: &[String]) -> Answer {
    let profiles = profiles(context);
    let mut text = "Geolocation Profile Objects:\n\n".to_owned();
    heading(&mut text, "Precedence");
    for profile in &profiles {
        let place = match profile.location_reference.as_str() {
            "" => written(&profile.location_info),
            reference => reference.to_owned(),
        };
        row(&mut text, &profile.id, profile.precedence.name(), &place);
    }
    let _ = write!(text, "\nTotal Profile Objects: {}\n", profiles.len());
    Ok(text)
}

/// Every profile, those that are always there too.
fn profiles(context: &Context) -> Vec<LocationProfile> {
    let configuration = context.exchange.configuration();
    let names = configuration.geolocation.profile_names();
    names.filter_map(|name| configuration.geolocation.profile(&name)).collect()
}

fn heading(text: &mut String, second: &str) {
    let _ = writeln!(text, "{} {} Details", column("Object ID", 30), column(second, 16));
    let _ = writeln!(text, "{} {} {}", "=".repeat(30), "=".repeat(16), "=".repeat(40));
}

fn row(text: &mut String, name: &str, second: &str, details: &str) {
    let _ = writeln!(text, "{} {} {details}", column(name, 30), column(second, 16));
}

fn show_locations(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let mut text = String::new();
    for (name, location) in &configuration.geolocation.locations {
        show_location(&mut text, name, location);
    }
    let _ = writeln!(text, "Total Location Objects: {}", configuration.geolocation.locations.len());
    Ok(text)
}

fn show_location(text: &mut String, name: &str, location: &ConfiguredLocation) {
    line(text, "id", name);
    line(text, "format", location.format.name());
    line(text, "location_info", &written(&location.info));
    line(text, "location_source", &location.source);
    line(text, "method", &location.method);
    line(text, "confidence", &written(&location.confidence));
    text.push('\n');
}

fn show_profiles(context: &Context, _: &[String]) -> Answer {
    let profiles = profiles(context);
    let mut text = String::new();
    profiles.iter().for_each(|profile| show_profile(&mut text, profile));
    let _ = writeln!(text, "Total Profile Objects: {}", profiles.len());
    Ok(text)
}

fn show_profile(text: &mut String, profile: &LocationProfile) {
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    line(text, "id", &profile.id);
    line(text, "profile_precedence", profile.precedence.name());
    line(text, "pidf_element", profile.pidf_element.name());
    line(text, "pidf_element_id", &profile.pidf_element_id.text);
    line(text, "device_id", &profile.device_id.text);
    line(text, "location_reference", &profile.location_reference);
    line(text, "location_info_refinement", &written(&profile.refinement));
    line(text, "location_variables", &written(&profile.variables));
    line(text, "format", profile.format.map_or("", LocationFormat::name));
    line(text, "location_info", &written(&profile.location_info));
    line(text, "location_source", &profile.location_source);
    line(text, "method", &profile.method);
    line(text, "confidence", &written(&profile.confidence));
    line(text, "usage_rules", &written(&profile.usage_rules));
    line(text, "notes", &profile.notes.text);
    line(text, "allow_routing_use", yes(profile.allow_routing_use));
    line(text, "suppress_empty_ca_elements", yes(profile.suppress_empty_ca_elements));
    text.push('\n');
}

fn line(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{}: {value}", column(name, 26));
}

/// `country="US",A1="New York"`.
fn written(settings: &Settings) -> String {
    let pairs: Vec<String> =
        settings.iter().map(|(name, value)| format!("{name}=\"{}\"", value.text)).collect();
    pairs.join(",")
}

fn shapes() -> String {
    let mut text = format!("{} Attributes\n{} {}\n", column("Shape", 16), "=".repeat(16), "=".repeat(60));
    for shape in ShapeKind::ALL {
        let position = match (shape.is_ring(), shape.is_solid()) {
            (true, true) => "pos(3d)=3 or more",
            (true, false) => "pos=3 or more",
            (false, true) => "pos(3d)",
            (false, false) => "pos",
        };
        let measures = shape.measures().iter().map(|measure| match measure {
            Measure::Length(name) => format!("{name}=metres"),
            Measure::Angle(name) => format!("{name}=degrees, or 'N radians'"),
        });
        let attributes: Vec<String> = std::iter::once(position.to_owned()).chain(measures).collect();
        let _ = writeln!(text, "{} {}", column(shape.name(), 16), attributes.join("; "));
    }
    text
}

fn elements() -> String {
    let mut text = format!("{} Meaning\n{} {}\n", column("Element", 16), "=".repeat(16), "=".repeat(40));
    for (name, meaning) in civic::ELEMENTS {
        let _ = writeln!(text, "{} {meaning}", column(name, 16));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_elements_are_told_in_full() {
        let text = shapes();
        assert!(text.contains("Circle           pos; radius=metres\n"), "{text}");
        assert!(text.contains("Prism            pos(3d)=3 or more; height=metres\n"), "{text}");
        assert_eq!(text.lines().count(), 2 + ShapeKind::ALL.len());
        assert!(elements().contains("HNO              house number\n"));
    }
}
