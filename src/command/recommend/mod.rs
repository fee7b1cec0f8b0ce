//! `recommend`: private models of items, and how good and how stable their lists are.

mod arguments;
mod evaluate;
mod list;
mod publish;

use anyhow::bail;

pub use self::arguments::RecommendArguments;

impl RecommendArguments {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        if let Some(model) = &self.from {
            return list::of_history(self, model);
        }
        if let Some(out) = &self.publish {
            return publish::to(self, out);
        }
        if let Some(flag) = self.statement.given() {
            bail!("{flag} goes with --publish: nothing else is published");
        }
        self.evaluate()
    }
}
