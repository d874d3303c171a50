//! Which shard of a campaign this process is: told, or found in what a scheduler put into the environment.

use crate::exit::{Exit, Failure};
use campaign::Shard;

/// The variable that says how many shards there are where the scheduler does not.
const COUNT: &str = "UNANIMOUS_SHARDS";

/// The shard that was asked for; the whole campaign if none was.
pub(super) fn choose(asked: Option<&str>) -> Result<Shard, Failure> {
    let shard = match asked {
        None => Ok(Shard::WHOLE),
        Some("auto") => auto(|name| std::env::var(name).ok()),
        Some(text) => text.parse().map_err(|bad: campaign::BadShard| bad.0),
    };
    shard.map_err(|what| Failure::new(Exit::BadInput, format_args!("error: --shard: {what}")))
}

/// The shard that the environment gives.
fn auto(variable: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let number = |name: &str| -> Result<u64, String> {
        let text = variable(name).ok_or_else(|| format!("{name} is not set"))?;
        text.parse().map_err(|_| format!("{name} is `{text}`, which is no number"))
    };
    let shard = |at: u64, count: u64| Shard::new(at.saturating_add(1), count).map_err(|bad| bad.0);
    if variable("JOB_COMPLETION_INDEX").is_some() {
        let count = number(COUNT).map_err(|what| format!("{what}; set it to the `completions` of the job"))?;
        return shard(number("JOB_COMPLETION_INDEX")?, count);
    }
    if variable("SLURM_ARRAY_TASK_ID").is_some() {
        let (id, count) = (number("SLURM_ARRAY_TASK_ID")?, number("SLURM_ARRAY_TASK_COUNT")?);
        let (min, max) = (number("SLURM_ARRAY_TASK_MIN")?, number("SLURM_ARRAY_TASK_MAX")?);
        if max.checked_sub(min).and_then(|last| last.checked_add(1)) != Some(count) || id < min {
            return Err(format!(
                "task {id} of {count} from {min} to {max}: the array has gaps; write --array=1-{count}"
            ));
        }
        return shard(id - min, count);
    }
    let what = "neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID is set";
    Err(format!("{what}; give I/N, or run in a Kubernetes indexed job or a Slurm array"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Result<String, String> {
        let value = |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        auto(value).map(|shard| shard.to_string())
    }

    const SLURM: [(&str, &str); 4] = [
        ("SLURM_ARRAY_TASK_ID", "7"),
        ("SLURM_ARRAY_TASK_COUNT", "4"),
        ("SLURM_ARRAY_TASK_MIN", "5"),
        ("SLURM_ARRAY_TASK_MAX", "8"),
    ];

    #[test]
    fn schedulers_say_which_shard_it_is() {
        let kubernetes = [("JOB_COMPLETION_INDEX", "0"), (COUNT, "8")];
        assert_eq!(given(&kubernetes), Ok("1/8".into()));
        assert_eq!(given(&SLURM), Ok("3/4".into()));
    }

    #[test]
    fn what_the_environment_does_not_say_is_asked_for() {
        let refused = |variables: &[(&str, &str)], says: &str| {
            let error = given(variables).expect_err(says);
            assert!(error.contains(says), "{error}");
        };
        refused(&[], "neither JOB_COMPLETION_INDEX nor");
        refused(&[("JOB_COMPLETION_INDEX", "0")], "UNANIMOUS_SHARDS is not set; set it");
        refused(&[("JOB_COMPLETION_INDEX", "x"), (COUNT, "8")], "JOB_COMPLETION_INDEX is `x`");
        refused(&[("JOB_COMPLETION_INDEX", "8"), (COUNT, "8")], "no shard 9 of 8");
        refused(&SLURM[..3], "SLURM_ARRAY_TASK_MAX is not set");
        let gaps = [SLURM[0], ("SLURM_ARRAY_TASK_COUNT", "3"), SLURM[2], SLURM[3]];
        refused(&gaps, "the array has gaps");
    }
}
