//! Answers that go on: who is told is looked at again while they last.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};

use super::{Service, caller::Caller};

/// How long somebody whose session has ended, or whose account was shut, goes on being told at most.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Events that wait for a slow reader. More are not taken from where they come from, which says itself that some were missed.
const WAITING: usize = 16;

/// `events`, for as long as `caller` is known as the same.
pub fn while_known<T: Send + 'static>(
    service: Service,
    caller: Caller,
    events: impl Stream<Item = T> + Send + 'static,
) -> impl Stream<Item = T> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut events = std::pin::pin!(events);
        let mut look = tokio::time::interval(LOOK_AGAIN);
        loop {
            tokio::select! {
                event = events.next() => {
                    let Some(event) = event else { break };
                    if sender.send(event).await.is_err() {
                        break;
                    }
                }
                _ = look.tick() => {
                    if !caller.is_still(&service).await.unwrap_or(false) {
                        break;
                    }
                }
                () = sender.closed() => break,
            }
        }
    });
    ReceiverStream::new(receiver)
}
