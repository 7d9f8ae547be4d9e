import { useEffect, useRef, useState } from 'react'
import { minutesAndSeconds } from './format.ts'
import { Icon } from './icon.tsx'

const BARS = 22

/** Heights that look like speech and stay the same for one message. */
function wave(seed: string): number[] {
  let value = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)
  return Array.from({ length: BARS }, (_, index) => {
    value = (value * 1_664_525 + 1_013_904_223) >>> 0
    return 4 + (value >>> 24) * 0.05 * (0.6 + Math.abs(Math.sin(index * 0.9))) + 1
  })
}

export function VoiceNote({ url, seconds, seed }: { url: string; seconds: number | null; seed: string }) {
  const audio = useRef<HTMLAudioElement | null>(null)
  const [playing, setPlaying] = useState(false)
  useEffect(() => () => audio.current?.pause(), [])

  function toggle(): void {
    if (!audio.current) {
      audio.current = new Audio(url)
      audio.current.onended = () => setPlaying(false)
    }
    if (playing) audio.current.pause()
    else void audio.current.play().catch(() => setPlaying(false))
    setPlaying(!playing)
  }

  return (
    <span className="voice">
      <button type="button" aria-label={playing ? 'Pause the voice note' : 'Play the voice note'} onClick={toggle}>
        <Icon name={playing ? 'pause' : 'play'} size={12} />
      </button>
      <span className="wave" aria-hidden="true">
        {wave(seed).map((height, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: bars never move
          <i key={index} style={{ height }} />
        ))}
      </span>
      <span className="seconds">{seconds === null ? 'Voice' : minutesAndSeconds(seconds)}</span>
    </span>
  )
}
