mod audio;
mod transcription;
