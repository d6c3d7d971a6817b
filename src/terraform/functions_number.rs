//! Number functions.

use super::function::{Answer, Arguments};
use super::value::{Traced, Value};

/// The function `name`, if it is one of these.
pub(super) fn find(name: &str) -> Option<fn(&Arguments<'_>) -> Answer> {
    Some(match name {
        "abs" => |arguments| Ok(Value::number(arguments.number(0)?.abs()).into()),
        "ceil" => |arguments| Ok(Value::number(arguments.number(0)?.ceil()).into()),
        "floor" => |arguments| Ok(Value::number(arguments.number(0)?.floor()).into()),
        "signum" => |arguments| {
            let number = arguments.number(0)?;
            Ok(Value::number(if number == 0.0 { 0.0 } else { number.signum() }).into())
        },
        "pow" => |arguments| Ok(Value::number(arguments.number(0)?.powf(arguments.number(1)?)).into()),
        "log" => |arguments| Ok(Value::number(arguments.number(0)?.log(arguments.number(1)?)).into()),
        "min" => |arguments| fold(arguments, f64::min),
        "max" => |arguments| fold(arguments, f64::max),
        "sum" => sum,
        "parseint" => parseint,
        "range" => range,
        _ => return None,
    })
}

fn fold(arguments: &Arguments<'_>, pick: fn(f64, f64) -> f64) -> Answer {
    let mut result = arguments.number(0)?;
    for at in 1..arguments.all.len() {
        result = pick(result, arguments.number(at)?);
    }
    Ok(Value::number(result).into())
}

fn sum(arguments: &Arguments<'_>) -> Answer {
    let mut total = 0.0;
    for item in arguments.closed_list(0)? {
        total += item.value.as_number().ok_or_else(|| super::function::refuse(&item.value, "a number"))?;
    }
    Ok(Value::number(total).into())
}

fn parseint(arguments: &Arguments<'_>) -> Answer {
    let (text, base) = (arguments.text(0)?, arguments.integer(1)?);
    let base =
        u32::try_from(base).ok().filter(|base| (2..=36).contains(base)).ok_or_else(|| Value::invalid("the base must be from 2 to 36"))?;
    let number = i64::from_str_radix(&text, base).map_err(|_| Value::invalid("not a number in that base"))?;
    #[expect(clippy::cast_precision_loss, reason = "`Value::number` refuses what is not exact")]
    Ok(Value::number(number as f64).into())
}

fn range(arguments: &Arguments<'_>) -> Answer {
    let (start, end) = if arguments.all.len() < 2 { (0.0, arguments.number(0)?) } else { (arguments.number(0)?, arguments.number(1)?) };
    let step = if arguments.all.len() < 3 { if end < start { -1.0 } else { 1.0 } } else { arguments.number(2)? };
    let invalid = step == 0.0 || (step > 0.0) != (end >= start);
    if invalid && end.total_cmp(&start).is_ne() {
        return Err(Value::invalid("`range` would never end"));
    }
    let mut items = Vec::new();
    let mut next = start;
    while if step > 0.0 { next < end } else { next > end } {
        arguments.spend(1)?;
        items.push(Traced::bare(Value::number(next)));
        let after = next + step;
        if after.total_cmp(&next).is_eq() {
            return Err(Value::invalid("`range` would never end"));
        }
        next = after;
    }
    Ok(Value::list(items).into())
}
