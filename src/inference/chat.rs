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

#[cfg(test)]
mod tests {
    use super::*;

    fn render(source: &str, system: &str) -> String {
        let template = ChatTemplate::new(source, "<bos>".to_owned(), "<eos>".to_owned()).expect("a template");
        let (shared, question) = ("A cough.".to_owned(), "Why?".to_owned());
        template.prompt(&Prompt { system: system.to_owned(), shared, question }).expect("a prompt")
    }

    /// As SmolLM2 and, without its tools, Qwen2.5 write it.
    const CHATML: &str = "{%- for message in messages %}\n    {%- if loop.first and messages[0]['role'] != 'system' %}\n        \
        {{- '<|im_start|>system\\nDefault.<|im_end|>\\n' }}\n    {%- endif %}\n    {{- '<|im_start|>' + message.role + '\\n' + \
        message.content + '<|im_end|>' + '\\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n    \
        {{- '<|im_start|>assistant\\n' }}\n{%- endif %}\n";

    #[test]
    fn chatml_has_a_system_message_and_a_default_one() {
        let rest = "<|im_start|>user\nA cough.\n\nWhy?<|im_end|>\n<|im_start|>assistant\n";
        assert_eq!(render(CHATML, "Rules."), format!("<|im_start|>system\nRules.<|im_end|>\n{rest}"));
        assert_eq!(render(CHATML, ""), format!("<|im_start|>system\nDefault.<|im_end|>\n{rest}"));
    }

    /// What Llama 3.1 and 3.2 ask of the engine: macros of tools, the date, string methods.
    #[test]
    fn llama_gets_a_date_that_stays_the_same() {
        let source = "{{- bos_token }}\n{%- if not date_string is defined %}\n    {%- set date_string = strftime_now('%d %b %Y') \
            %}\n{%- endif %}\n{%- if tools is not defined %}{%- set tools = none %}{%- endif %}\n{%- if messages[0]['role'] == \
            'system' %}\n    {%- set system_message = messages[0]['content']|trim %}\n    {%- set messages = messages[1:] \
            %}\n{%- endif %}\n{{- 'Today Date: ' + date_string + '\\n' + system_message }}\n{%- for message in messages %}\n    \
            {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + \
            '<|eot_id|>' }}\n{%- endfor %}\n";
        let expected = "<bos>Today Date: 26 Jul 2024\nRules.<|start_header_id|>user<|end_header_id|>\n\nA cough.\n\nWhy?<|eot_id|>";
        assert_eq!(render(source, " Rules. "), expected);
    }

    #[test]
    fn without_a_system_message_its_text_goes_before_the_user_s() {
        let source = "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') \
            }}{% endif %}{% for message in messages %}{{ '<start_of_turn>' + message['role'] + '\\n' + message['content'] | trim \
            + '<end_of_turn>\\n' }}{% endfor %}";
        assert_eq!(render(source, "Rules."), "<bos><start_of_turn>user\nRules.\n\nA cough.\n\nWhy?<end_of_turn>\n");
        let ignoring =
            "{% for message in messages %}{% if message.role == 'user' %}{{ message.content }}{% endif %}{% endfor %}";
        assert_eq!(render(ignoring, "Rules."), "Rules.\n\nA cough.\n\nWhy?");
    }

    /// Gemma 3's own template writes the system message into the user's.
    #[test]
    fn gemma_folds_the_system_message_itself() {
        let source = "{%- if messages[0]['role'] == 'system' -%}\n    {%- set first_user_prefix = messages[0]['content'] + \
            '\\n\\n' -%}\n    {%- set loop_messages = messages[1:] -%}\n{%- else -%}\n    {%- set loop_messages = messages \
            -%}\n{%- endif -%}\n{%- for message in loop_messages -%}\n    {%- if (message['role'] == 'user') != (loop.index0 % 2 \
            == 0) -%}\n        {{ raise_exception('Roles must alternate') }}\n    {%- endif -%}\n    {{ '<start_of_turn>' + \
            message['role'] + '\\n' + (first_user_prefix if loop.first else '') }}\n    {%- if message['content'] is string \
            -%}\n        {{ message['content'] | trim }}\n    {%- endif -%}\n    {{ '<end_of_turn>\\n' }}\n{%- endfor -%}\n";
        assert_eq!(render(source, "Rules."), "<start_of_turn>user\nRules.\n\nA cough.\n\nWhy?<end_of_turn>\n");
    }

    /// What Qwen3 asks of the engine: namespaces, reversed lists, Python's string methods, no thinking.
    #[test]
    fn qwen3_is_told_not_to_think() {
        let source = "{%- set ns = namespace(last=0) %}\n{%- for message in messages[::-1] %}\n    {%- if \
            message.content.startswith('A') %}{%- set ns.last = loop.index0 %}{%- endif %}\n{%- endfor %}\n{%- for message in \
            messages %}\n    {{- message.content.split('\\n')[-1].strip() }}\n{%- endfor %}\n{%- if enable_thinking is defined \
            and enable_thinking is false %}\n    {{- '<think>\\n\\n</think>\\n\\n' }}\n{%- endif %}\n";
        assert_eq!(render(source, "Rules."), "Rules.Why?<think>\n\n</think>\n\n");
    }
}
