//! A model on a thread of its own.
//!
//! A model has one owner, so it needs no lock, and its cache is never pulled between two questions. Callers send a
//! request with a channel for the answer and wait. Dropping the engine ends the thread and waits for it.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use super::{
    GenerateRequest, Generated, InferenceError, Prompt, TextModel,
    chat::ChatTemplate,
    gguf::GgufFile,
    grammar::Grammars,
    models::{self, Hyper},
    session::Session,
    tokenizer::Tokenizer,
};
use crate::{
    config::{Device, WritingConfig},
    domain::{ModelRef, Progress},
};

/// Requests that may wait: the callers are a handful of stages that wait for each answer, so a longer queue means that
/// something is wrong, and they should be held back.
const QUEUE: usize = 4;

/// A loaded model, ready for questions.
pub struct Engine {
    model: ModelRef,
    tokenizer: Arc<Tokenizer>,
    context: usize,
    /// `None` only while dropping: the thread ends when the last sender is gone.
    requests: Option<SyncSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

enum Request {
    Generate(GenerateRequest, SyncSender<Event>),
    Choose(Prompt, Vec<String>, SyncSender<Result<Vec<f32>, InferenceError>>),
}

/// What is told of an answer that is being written.
enum Event {
    /// It has come to this fraction.
    Progress(f32),
    /// It is done; nothing comes after this.
    Done(Result<Generated, InferenceError>),
}

impl Engine {
    /// Loads the GGUF file at `path`, known as `model`. It fails when the file is no model that soapstone can run, and when
    /// the device asked for is one that this build or this machine has not.
    pub fn load(path: &Path, model: ModelRef, config: &WritingConfig) -> Result<Self, InferenceError> {
        let failed = |reason: String| InferenceError::Load { name: model.name.clone(), reason };
        let device = device(config.device)?;
        let session = open(path, config, &device).map_err(&failed)?;
        let (tokenizer, context) = (Arc::clone(&session.tokenizer), session.context);
        let (requests, queue) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new().name("text-model".to_owned()).spawn(move || serve(session, queue));
        let thread = thread.map_err(|error| failed(format!("its thread cannot be started: {error}")))?;
        Ok(Self { model, tokenizer, context, requests: Some(requests), thread: Some(thread) })
    }

    /// Sends the request made with a channel's one end, and returns the other.
    fn ask<T>(&self, request: impl FnOnce(SyncSender<T>) -> Request) -> Result<Receiver<T>, InferenceError> {
        // The answer is all that must ever find room; progress is dropped where the last has not been taken yet.
        let (reply, answer) = sync_channel(1);
        let requests = self.requests.as_ref().ok_or(InferenceError::Gone)?;
        requests.send(request(reply)).map_err(|_| InferenceError::Gone)?;
        Ok(answer)
    }
}

impl TextModel for Engine {
    fn model_ref(&self) -> &ModelRef {
        &self.model
    }

    fn context_tokens(&self) -> usize {
        self.context
    }

    fn count_tokens(&self, text: &str) -> Result<usize, InferenceError> {
        self.tokenizer.encode(text).map(|tokens| tokens.len())
    }

    fn generate(&self, request: &GenerateRequest, progress: Progress<'_>) -> Result<Generated, InferenceError> {
        for event in self.ask(|reply| Request::Generate(request.clone(), reply))? {
            match event {
                Event::Progress(fraction) => progress(fraction),
                Event::Done(answer) => return answer,
            }
        }
        Err(InferenceError::Gone)
    }

    fn choose(&self, prompt: &Prompt, options: &[String]) -> Result<Vec<f32>, InferenceError> {
        let answer = self.ask(|reply| Request::Choose(prompt.clone(), options.to_vec(), reply))?;
        answer.recv().map_err(|_| InferenceError::Gone)?
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was answered as an error when it happened.
            let _ = thread.join();
        }
    }
}

/// Answers requests until nobody can send any more.
fn serve(mut session: Session, queue: Receiver<Request>) {
    for request in queue {
        // Whoever asked may have gone; then nobody misses the answer, and it is not written to its end.
        match request {
            Request::Generate(request, reply) => {
                let tell = |fraction| match reply.try_send(Event::Progress(fraction)) {
                    Err(TrySendError::Disconnected(_)) => resume_unwind(Box::new("nobody waits for the answer")),
                    Ok(()) | Err(TrySendError::Full(_)) => {}
                };
                let _ = reply.send(Event::Done(guarded(&mut session, |session| session.generate(&request, &tell))));
            }
            Request::Choose(prompt, options, reply) => {
                let _ = reply.send(guarded(&mut session, |session| session.choose(&prompt, &options)));
            }
        }
    }
}

/// Runs `work`; a panic becomes an error, and the cache, whose state is then unknown, is forgotten.
fn guarded<T>(
    session: &mut Session,
    work: impl FnOnce(&mut Session) -> Result<T, InferenceError>,
) -> Result<T, InferenceError> {
    let result = catch_unwind(AssertUnwindSafe(|| work(session)));
    result.unwrap_or_else(|panic| {
        session.read.clear();
        Err(InferenceError::Failed(panic_message(panic.as_ref())))
    })
}

/// Our own panics carry no text of a patient: a literal message is safe, a formatted one might not be.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic.downcast_ref::<&str>().map_or_else(|| "a panic".to_owned(), |message| format!("a panic: {message}"))
}

fn open(path: &Path, config: &WritingConfig, device: &candle_core::Device) -> Result<Session, String> {
    let file = GgufFile::open(path).map_err(plain)?;
    let hyper = Hyper::read(&file)?;
    let tokenizer = Arc::new(Tokenizer::from_gguf(&file)?);
    let source =
        file.text("tokenizer.chat_template").ok_or("it has no chat template, so it was not made for questions")?;
    let (first, last) = tokenizer.first_and_last();
    let template = ChatTemplate::new(source, first, last).map_err(|error| format!("its chat template: {error}"))?;
    let grammars = Grammars::new(&tokenizer)?;
    let context = config.context_tokens.min(hyper.context);
    let model = models::load(&file, hyper, context, config.thread_count(), device).map_err(plain)?;
    Ok(Session { model, tokenizer, template, grammars, context, read: Vec::new(), as_prompt: 0 })
}

fn device(device: Device) -> Result<candle_core::Device, InferenceError> {
    match device {
        Device::Cpu => Ok(candle_core::Device::Cpu),
        #[cfg(feature = "cuda")]
        Device::Cuda => candle_core::Device::new_cuda(0).map_err(|error| InferenceError::Failed(plain(error))),
        #[cfg(not(feature = "cuda"))]
        Device::Cuda => Err(InferenceError::NoDevice { feature: "cuda" }),
        #[cfg(feature = "metal")]
        Device::Metal => candle_core::Device::new_metal(0).map_err(|error| InferenceError::Failed(plain(error))),
        #[cfg(not(feature = "metal"))]
        Device::Metal => Err(InferenceError::NoDevice { feature: "metal" }),
    }
}

/// What candle says, without the backtrace that `RUST_BACKTRACE` adds to it.
fn plain(error: candle_core::Error) -> String {
    let message = error.to_string();
    message.lines().next().unwrap_or_default().to_owned()
}
