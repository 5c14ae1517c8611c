//! A layer file as an editor's YAML 1.2 language server sees it: a JSON value, without places.
//!
//! The reader stands in for the editor's. Where it differs from those:
//!
//! | text | here | in an editor |
//! |---|---|---|
//! | `0100` | text | the number 100 |
//! | `0b11`, `0X1f`, `-0x1f` | a number | text |
//! | `!mine 0.5` | what is tagged | text, and an unknown tag |
//! | `<<: {…}` | a key like any other | merged by some |
//! | a duplicate key | no value at all | an error of its own |

use serde_json::{Map, Number, Value};

/// The value of a YAML text, or why it is none.
pub(super) fn seen(text: &str) -> Result<Value, serde_yaml::Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_yaml::from_str(text).map(json)
}

fn json(value: serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Null => Value::Null,
        serde_yaml::Value::Bool(value) => Value::Bool(value),
        serde_yaml::Value::Number(number) => Value::Number(json_number(&number)),
        serde_yaml::Value::String(text) => Value::String(text),
        serde_yaml::Value::Sequence(items) => items.into_iter().map(json).collect(),
        serde_yaml::Value::Mapping(pairs) => {
            let pair = |(key, value)| (name(key), json(value));
            Value::Object(pairs.into_iter().map(pair).collect::<Map<_, _>>())
        }
        serde_yaml::Value::Tagged(tagged) => json(tagged.value),
    }
}

/// A number that compares as the YAML one does: what isn't a number (`.nan`) is within any range.
fn json_number(number: &serde_yaml::Number) -> Number {
    if let Some(whole) = number.as_i64() {
        return whole.into();
    }
    if let Some(whole) = number.as_u64() {
        return whole.into();
    }
    let value = number.as_f64().filter(|value| !value.is_nan());
    let value = value.unwrap_or(0.5).clamp(f64::MIN, f64::MAX);
    Number::from_f64(value).expect("a finite number")
}

/// A key, which in JSON is always text.
fn name(key: serde_yaml::Value) -> String {
    match json(key) {
        Value::String(name) => name,
        other => other.to_string(),
    }
}
