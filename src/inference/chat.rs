//! The chat template that a GGUF file carries, in Jinja as Hugging Face's transformers runs it.
//!
//! Two messages are all we write: what the system says, and what the user asks. Where a template knows no system message
//! (Gemma), its text goes before the user's. Templates that print today's date get a fixed one, because the same
//! request must give the same answer on any day.

use minijinja::{Environment, Error, ErrorKind, context, syntax::SyntaxConfig};

use super::{InferenceError, Prompt};

const NAME: &str = "chat";
/// The day that Llama's templates fall back to when no clock is at hand.
const TODAY: jiff::civil::Date = jiff::civil::date(2024, 7, 26);

/// A chat template.
pub(super) struct ChatTemplate {
    environment: Environment<'static>,
    first_token: String,
    last_token: String,
    knows_system: bool,
}

impl ChatTemplate {
    /// Compiles `source`; the error says what is wrong with it.
    pub fn new(source: &str, first_token: String, last_token: String) -> Result<Self, String> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|error| error.to_string())?);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", raise_exception);
        environment.add_function("strftime_now", |format: String| TODAY.strftime(&format).to_string());
        environment.add_template_owned(NAME, source.to_owned()).map_err(|error| error.to_string())?;
        let mut template = Self { environment, first_token, last_token, knows_system: true };
        template.knows_system = template.render("[system]", "[user]").is_ok_and(|text| text.contains("[system]"));
        template.render("[system]", "[user]").map_err(|error| error.to_string())?;
        Ok(template)
    }

    /// The conversation of `prompt`, up to where the model answers.
    pub fn prompt(&self, prompt: &Prompt) -> Result<String, InferenceError> {
        let user = join(&prompt.shared, &prompt.question);
        // The library's message may quote what it was given; its kind does not.
        self.render(&prompt.system, &user)
            .map_err(|error| InferenceError::Failed(format!("the chat template failed: {}", error.kind())))
    }

    fn render(&self, system: &str, user: &str) -> Result<String, Error> {
        let message = |role: &str, content: &str| context! { role, content };
        let messages = match (self.knows_system, system) {
            (true, "") => vec![message("user", user)],
            (true, system) => vec![message("system", system), message("user", user)],
            (false, system) => vec![message("user", &join(system, user))],
        };
        self.environment.get_template(NAME)?.render(context! {
            messages,
            add_generation_prompt => true,
            enable_thinking => false,
            bos_token => self.first_token.as_str(),
            eos_token => self.last_token.as_str(),
        })
    }
}

fn join(first: &str, second: &str) -> String {
    let gap = if first.is_empty() || second.is_empty() { "" } else { "\n\n" };
    format!("{first}{gap}{second}")
}

fn raise_exception(message: String) -> Result<String, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message))
}
