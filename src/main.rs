//! The command `soapstone`: see `soapstone --help`.

fn main() -> std::process::ExitCode {
    soapstone::cli::run(std::env::args_os())
}
