//! The readers of `symphonia`.

use std::io::{ErrorKind, Read};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;

use crate::error::AudioError;

/// Channels that become one.
const MOST_CHANNELS: usize = 8;

/// Packets in a row that make no sense: then it is no music any more.
const MOST_DAMAGED: usize = 200;

/// A reader of MP3, FLAC or Ogg Vorbis.
pub(super) struct Foreign {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    interleaved: Vec<i16>,
    samples: Vec<i16>,
}

impl Foreign {
    pub(super) fn new(source: impl Read + Send + Sync + 'static) -> Result<Self, AudioError> {
        let stream = MediaSourceStream::new(Box::new(ReadOnlySource::new(source)), Default::default());
        let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
        let format =
            symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata).map_err(error)?;
        let (decoder, track) = decoder(format.as_ref())?;
        Ok(Self { format, decoder, track, interleaved: Vec::new(), samples: Vec::new() })
    }

    pub(super) fn next_samples(&mut self) -> Result<Option<(&[i16], u32)>, AudioError> {
        let mut damaged = 0;
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(None),
                // A stream that breaks off has ended.
                Err(Error::IoError(problem)) if problem.kind() == ErrorKind::UnexpectedEof => {
                    return Ok(None);
                }
                // Another piece follows in the same stream.
                Err(Error::ResetRequired) => {
                    (self.decoder, self.track) = decoder(self.format.as_ref())?;
                    damaged += 1;
                    match damaged > MOST_DAMAGED {
                        true => return Err(AudioError::Music("it begins anew again and again".to_owned())),
                        false => continue,
                    }
                }
                Err(problem) => return Err(error(problem)),
            };
            if packet.track_id != self.track {
                continue;
            }
            match self.decoder.decode(&packet) {
                Ok(sound) => {
                    let (rate, channels) = (sound.spec().rate(), sound.num_planes());
                    if channels == 0 || channels > MOST_CHANNELS {
                        return Err(AudioError::UnsupportedChannels(channels.try_into().unwrap_or(u16::MAX)));
                    }
                    if !(1_000..=384_000).contains(&rate) {
                        return Err(AudioError::UnsupportedRate(rate));
                    }
                    sound.copy_to_vec_interleaved(&mut self.interleaved);
                    self.samples.clear();
                    self.samples.extend(self.interleaved.chunks_exact(channels).map(mean));
                    return Ok(Some((&self.samples, rate)));
                }
                Err(Error::DecodeError(_) | Error::IoError(_)) if damaged < MOST_DAMAGED => damaged += 1,
                Err(problem) => return Err(error(problem)),
            }
        }
    }
}

/// One sample of all channels together.
fn mean(channels: &[i16]) -> i16 {
    let sum: i32 = channels.iter().map(|sample| i32::from(*sample)).sum();
    // No mean is beyond what it is made of.
    (sum / channels.len().max(1) as i32) as i16
}

fn decoder(format: &dyn FormatReader) -> Result<(Box<dyn AudioDecoder>, u32), AudioError> {
    let none = || AudioError::Music("there is no sound in it".to_owned());
    let track = format.default_track(TrackType::Audio).ok_or_else(none)?;
    let parameters = track.codec_params.as_ref().and_then(|params| params.audio()).ok_or_else(none)?;
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(error)?;
    Ok((decoder, track.id))
}

fn error(error: Error) -> AudioError {
    match error {
        Error::IoError(problem) if problem.kind() != ErrorKind::UnexpectedEof => AudioError::Io(problem),
        other => AudioError::Music(other.to_string()),
    }
}
