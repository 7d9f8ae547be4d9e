import type { ReactNode } from 'react'
import { text } from '../text.ts'
import { Brand } from '../ui/brand.tsx'

/** The page around sign-in and set-up. */
export function AuthFrame({ caption, foot, children }: { caption: string; foot: string; children: ReactNode }) {
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto bg-surface p-10 [--brand-cut:var(--color-surface)] max-md:p-6">
      <div className="mb-24 w-full text-text-faint text-xs max-md:mb-10">{caption}</div>
      <div className="w-84 max-w-full">
        <div className="mb-8 flex items-center gap-2.5 font-semibold text-lg tracking-[-0.02em]">
          <Brand size={30} />
          {text.product}
        </div>
        {children}
      </div>
      <div className="mt-auto pt-10 text-center text-text-faint text-xs">{foot}</div>
    </main>
  )
}
