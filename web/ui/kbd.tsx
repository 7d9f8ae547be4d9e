export function Kbd({ children }: { children: string }) {
  return (
    <kbd className="inline-grid h-[18px] min-w-[18px] place-items-center rounded-xs border border-border-strong bg-surface px-1 font-medium font-sans text-2xs text-text-muted leading-none">
      {children}
    </kbd>
  )
}
