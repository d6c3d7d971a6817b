//! The sandbox as a program: `serve` keeps a stand-in for GitHub running, `demo` shows the product at work on it.

mod app_manifest;
mod demo;
mod product;
mod terminal;

use std::process::ExitCode;

use anyhow::{Result, bail};
use remediate_sandbox::{Sandbox, SandboxConfig};

const USAGE: &str = "\
A stand-in for GitHub on this machine, with a believable organisation in it.

Usage:
  remediate-sandbox demo [--yes] [--stay] [--data DIR] [--app PROGRAM]
      Starts the sandbox and the real app, sends one finding, shows the pull request, merges it and shows the evidence.
        --yes          merge without waiting for a key
        --stay         keep everything running afterwards, until Ctrl-C
        --data DIR     the app's data folder (default: a temporary one)
        --app PROGRAM  the app (default: `remediate` beside this program)
  remediate-sandbox serve [--port PORT]
      Keeps the sandbox running, until Ctrl-C. Default port: 4400.
";

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SANDBOX_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{} {error:#}", terminal::red("error:"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<()> {
    match arguments.split_first() {
        Some((command, options)) if command == "demo" => demo::run(&demo::Options::read(options)?).await,
        Some((command, options)) if command == "serve" => serve(options).await,
        Some((help, _)) if help == "--help" || help == "help" => {
            print!("{USAGE}");
            Ok(())
        }
        Some((unknown, _)) => bail!("there is no command `{unknown}`\n\n{USAGE}"),
        None => bail!("a command is missing\n\n{USAGE}"),
    }
}

async fn serve(options: &[String]) -> Result<()> {
    let port = match options {
        [] => 4400,
        [flag, port] if flag == "--port" => port.parse()?,
        _ => bail!("serve takes --port PORT only"),
    };
    let sandbox = Sandbox::start(SandboxConfig { port, ..SandboxConfig::default() }).await?;
    let login = sandbox.load_organisation(&demo::data_folder())?;
    println!("Pages, REST and git:  {}", sandbox.url());
    println!("Organisation:         {}/{login}", sandbox.url());
    println!("Point the app at it:  REMEDIATE_GITHUB_API_URL={0} REMEDIATE_GITHUB_WEB_URL={0}", sandbox.url());
    println!("Ctrl-C ends it; nothing is kept.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}
