//! Whatever the input: no panic, no loss, no growth beyond it.

use audio::gain::AutomaticGain;
use audio::pitch::PitchShifter;
use audio::progress::{
    BusyDetector, FaxDetector, InformationToneDetector, ProgressDetector, ToneDetector, ToneSettings,
};
use audio::scramble::Scrambler;
use audio::squelch::Squelch;
use audio::talk::TalkDetector;
use audio::{FileFormat, Library, Pcm, Resampler, Tone, ToneGenerator, resample, wav};
use audio::{answering_machine, comfort_noise};
use proptest::prelude::*;

/// Octets that look like a WAV file for a while.
fn nearly_wav() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![0_u16..9, Just(0xfffe_u16), any::<u16>()];
    let rate = prop_oneof![Just(8_000_u32), Just(44_100), any::<u32>()];
    let size = prop_oneof![Just(0_u32), Just(16), Just(18), Just(40), Just(u32::MAX), any::<u32>()];
    let body = prop::collection::vec(any::<u8>(), 0..200);
    (word.clone(), word, rate, 0_u16..65, size.clone(), size, body, 0_usize..300).prop_map(
        |(tag, channels, rate, bits, fmt_size, data_size, body, cut)| {
            let mut file = b"RIFF....WAVEfmt ".to_vec();
            file.extend(fmt_size.to_le_bytes());
            file.extend(tag.to_le_bytes());
            file.extend(channels.to_le_bytes());
            file.extend(rate.to_le_bytes());
            file.extend([0; 4]);
            file.extend((channels.wrapping_mul(bits.div_ceil(8))).to_le_bytes());
            file.extend(bits.to_le_bytes());
            file.extend(b"data");
            file.extend(data_size.to_le_bytes());
            file.extend(body);
            file.truncate(300 - cut);
            file
        },
    )
}

proptest! {
    #[test]
    fn wav_reader_takes_any_octets(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        audio::fuzzing::wav_reader(&bytes);
    }

    #[test]
    fn wav_reader_takes_damaged_files(bytes in nearly_wav()) {
        audio::fuzzing::wav_reader(&bytes);
    }

    #[test]
    fn au_reader_takes_any_octets_and_damaged_files(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        words in (20_u32..40, prop_oneof![Just(u32::MAX), 0_u32..400], 0_u32..30, prop_oneof![Just(8_000_u32), any::<u32>()], 0_u32..10),
    ) {
        audio::fuzzing::au_reader(&bytes);
        let (offset, size, encoding, rate, channels) = words;
        let mut file = b".snd".to_vec();
        [offset, size, encoding, rate, channels].iter().for_each(|word| file.extend(word.to_be_bytes()));
        file.extend(&bytes);
        audio::fuzzing::au_reader(&file);
    }

    #[test]
    fn raw_readers_take_any_octets(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let is_raw = |format: &FileFormat| !matches!(format, FileFormat::Wav | FileFormat::Au | FileFormat::Music);
        for (_, format) in FileFormat::extensions().filter(|(_, format)| is_raw(format)) {
            prop_assert!(format.decode(&bytes).is_ok());
        }
    }

    #[test]
    fn what_is_written_is_read(samples in prop::collection::vec(any::<i16>(), 0..2_000), flush in 1_usize..500) {
        let mut file = std::io::Cursor::new(Vec::new());
        let mut writer = wav::Writer::new(&mut file, 8_000, wav::Encoding::Signed16).unwrap();
        for part in samples.chunks(flush) {
            writer.write(part).unwrap();
            writer.flush().unwrap();
        }
        writer.finish().unwrap();
        prop_assert_eq!(wav::read(file.get_ref()).unwrap(), Pcm::new(8_000, samples));
    }

    #[test]
    fn tones_are_read_or_refused(text in "[0-9+*!/,| a]{0,40}") {
        if let Ok(tone) = Tone::parse(&text) {
            prop_assert_eq!(&Tone::parse(&tone.to_string()).unwrap(), &tone);
            ToneGenerator::new(tone, 8_000).fill(&mut [0; 1_000]);
        }
    }

    #[test]
    fn tones_never_take_the_text_apart_wrongly(text in any::<String>()) {
        let _ = Tone::parse(&text);
    }

    #[test]
    fn any_sound_can_be_shifted_and_scrambled(
        samples in prop::collection::vec(prop_oneof![any::<i16>(), Just(i16::MIN), Just(i16::MAX), Just(0)], 0..3_000),
        rate in prop_oneof![Just(8_000_u32), Just(16_000), Just(24_000), Just(48_000), Just(44_100), any::<u32>()],
        factor in prop_oneof![0.1_f32..4.0, any::<f32>()],
        frame in 1_usize..700,
    ) {
        let (mut shifter, mut scrambler) = (PitchShifter::new(rate, factor), Scrambler::new(rate));
        let mut sound = samples.clone();
        for frame in sound.chunks_mut(frame) {
            shifter.process(frame);
            scrambler.process(frame);
        }
        prop_assert_eq!(sound.len(), samples.len());
        // No gain beyond what the windows' overlap allows: silence stays silence.
        let mut silence = vec![0; samples.len()];
        PitchShifter::new(rate, factor).process(&mut silence);
        prop_assert!(silence.iter().all(|sample| *sample == 0));
    }

    #[test]
    fn effects_take_any_sound(
        samples in prop::collection::vec(any::<i16>(), 0..3_000),
        rate in (0_u32..7).prop_map(|rate| rate * 8_000),
        factor in 0.0_f32..5.0,
        frequency in any::<u16>(),
        frame in 1_usize..700,
    ) {
        audio::fuzzing::sound_effects(&samples, (rate, factor, frequency), frame);
    }

    #[test]
    fn scrambling_twice_is_nothing(samples in prop::collection::vec(-32_767_i16..=32_767, 0..1_000), frame in 1_usize..300) {
        let (mut one, mut other) = (Scrambler::new(8_000), Scrambler::new(8_000));
        let mut sound = samples.clone();
        sound.chunks_mut(frame).for_each(|frame| one.process(frame));
        sound.chunks_mut(77).for_each(|frame| other.process(frame));
        prop_assert_eq!(sound, samples);
    }

    #[test]
    fn tones_are_found_in_any_sound_at_most_so_often(
        samples in prop::collection::vec(any::<i16>(), 0..4_000),
        frequency in any::<u16>(),
        decibels in any::<f32>(),
        ms in 0_u64..200,
        frame in 1_usize..500,
    ) {
        let duration = std::time::Duration::from_millis(ms);
        let settings = ToneSettings { frequency, duration, decibels };
        let (mut detector, mut squelch) =
            (ToneDetector::new(8_000, settings).unwrap(), Squelch::new(8_000, settings).unwrap());
        let mut information = InformationToneDetector::new(8_000).unwrap();
        let mut times = 0;
        for frame in samples.chunks(frame) {
            times += detector.push(frame) as usize;
            information.push(frame);
            squelch.process(&mut frame.to_vec());
        }
        prop_assert!(times <= samples.len() / 160);
    }

    #[test]
    fn streams_lose_no_sample(
        rates in prop::sample::select(vec![(8_000, 16_000), (16_000, 8_000), (48_000, 8_000), (16_000, 24_000), (44_100, 8_000)]),
        frames in prop::collection::vec(0_usize..400, 0..20),
        room in 1_usize..700,
    ) {
        let (from, to) = rates;
        let mut resampler = Resampler::new(from, to).unwrap();
        let total: usize = frames.iter().sum();
        let mut written = 0;
        for frame in frames {
            let input = vec![1_000; frame];
            let mut read = 0;
            loop {
                let mut out = vec![0; room];
                let processed = resampler.process(&input[read..], &mut out);
                read += processed.read;
                written += processed.written;
                if read == input.len() && processed.written < room {
                    break;
                }
            }
        }
        prop_assert_eq!(written as u64, (total as u64 * to as u64).div_ceil(from as u64));
    }

    #[test]
    fn whoever_listens_takes_any_samples(
        rate in prop::sample::select(vec![8_000, 16_000, 48_000]),
        samples in prop::collection::vec(prop_oneof![any::<i16>(), Just(i16::MIN), Just(0)], 0..3_000),
        frame in 1_usize..700,
        payload in prop::collection::vec(any::<u8>(), 1..20),
    ) {
        let zone = audio::Indications::builtin().zone("uk").unwrap();
        let mut progress = ProgressDetector::new(rate, zone).unwrap();
        let (mut fax, mut busy) = (FaxDetector::new(rate).unwrap(), BusyDetector::new(rate, Default::default()));
        let mut talk = TalkDetector::new(rate, Default::default());
        let mut machine = answering_machine::Detector::new(rate, Default::default());
        let mut gain = AutomaticGain::new(rate, Default::default());
        let mut analyser = comfort_noise::Analyser::new();
        let mut noise = comfort_noise::Generator::new(comfort_noise::Description::parse(&payload).unwrap());
        for frame in samples.chunks(frame) {
            progress.push(frame, |_| {});
            fax.push(frame, |_| {});
            busy.push(frame);
            talk.push(frame, |_| {});
            machine.push(frame);
            analyser.push(frame);
            noise.describe(analyser.description());
            let mut frame = frame.to_vec();
            gain.process(&mut frame);
            noise.fill(&mut frame);
        }
        prop_assert_eq!(comfort_noise::Description::parse(analyser.description().payload()), Ok(analyser.description()));
    }

    #[test]
    fn no_name_leaves_the_folders(name in "[a./]{1,12}", language in "[a./_]{0,6}") {
        let library = Library::new(["/nonexistent-sounds".into()]);
        let error = library.find(&name, &language, 8_000).unwrap_err().to_string();
        prop_assert!(!error.contains("nonexistent-sounds/.."), "{}", error);
    }
}

proptest! {
    // Each case designs a filter, which takes its time without optimisation.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_ratio_keeps_the_length(
        from in 1_000_u32..100_000,
        to in 1_000_u32..100_000,
        samples in prop::collection::vec(any::<i16>(), 0..300),
    ) {
        let length = samples.len() as u64;
        let out = resample(&Pcm::new(from, samples), to);
        prop_assert_eq!(out.samples.len() as u64, (length * u64::from(to)).div_ceil(u64::from(from)));
    }
}
