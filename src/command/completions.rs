//! `completions`: what a shell needs to complete our arguments.

use std::io::{self, Write};

use clap::{Args, Command, ValueEnum};

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    epsiloscope completions bash > ~/.local/share/bash-completion/completions/epsiloscope\n  \
    epsiloscope completions fish > ~/.config/fish/completions/epsiloscope.fish")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Completions {
    /// Writes the completions of the program's `arguments`.
    pub fn run(&self, mut arguments: Command) -> anyhow::Result<()> {
        let shell = match self.shell {
            Shell::Bash => clap_complete::Shell::Bash,
            Shell::Zsh => clap_complete::Shell::Zsh,
            Shell::Fish => clap_complete::Shell::Fish,
        };
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut arguments, "epsiloscope", &mut text);
        io::stdout().write_all(&text)?;
        Ok(())
    }
}
