const STORAGE_KEY = 'cloud-support.desk.sound';

/** Two short tones, in hertz and seconds: noticed in a busy room, and not an alarm. */
const TONES: { hertz: number; at: number; length: number }[] = [
  { hertz: 880, at: 0, length: 0.16 },
  { hertz: 1175, at: 0.2, length: 0.22 },
];
const VOLUME = 0.15;

let context: AudioContext | null = null;

export function isSoundOn(): boolean {
  return localStorage.getItem(STORAGE_KEY) !== 'off';
}

export function setSound(on: boolean): void {
  localStorage.setItem(STORAGE_KEY, on ? 'on' : 'off');
}

/** Rings if the agent wants sound; a browser that forbids sound before the first click stays silent. */
export function ring(): void {
  if (!isSoundOn()) return;
  context ??= new AudioContext();
  void context.resume();
  for (const tone of TONES) play(context, tone);
}

function play(audio: AudioContext, tone: (typeof TONES)[number]): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  const start = audio.currentTime + tone.at;
  oscillator.frequency.value = tone.hertz;
  gain.gain.setValueAtTime(VOLUME, start);
  gain.gain.exponentialRampToValueAtTime(0.001, start + tone.length);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + tone.length);
}
