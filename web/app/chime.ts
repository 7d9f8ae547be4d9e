let audio: AudioContext | null = null

/** Two soft notes. Browsers allow it once somebody has pressed something on the page. */
export function chime() {
  try {
    audio ??= new AudioContext()
    for (const [index, frequency] of [660, 880].entries()) {
      const at = audio.currentTime + index * 0.09
      const tone = audio.createOscillator()
      const gain = audio.createGain()
      tone.frequency.value = frequency
      gain.gain.setValueAtTime(0, at)
      gain.gain.linearRampToValueAtTime(0.06, at + 0.01)
      gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.35)
      tone.connect(gain).connect(audio.destination)
      tone.start(at)
      tone.stop(at + 0.4)
    }
  } catch {
    // No sound here; the badge and the title say the same.
  }
}
