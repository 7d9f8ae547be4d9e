import { X } from 'lucide-react'
import { usePreferences } from '../app/preferences.ts'
import { text } from '../text.ts'
import { IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Kbd } from '../ui/kbd.tsx'

/** Every key that does something. */
export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { shortcuts } = usePreferences()
  return (
    <Dialog label={text.shortcuts.title} onClose={onClose} className="top-[12%] w-[560px] max-w-[calc(100vw-32px)]">
      <div className="flex items-center justify-between px-5 pt-4">
        <h2 className="font-semibold text-md">{text.shortcuts.title}</h2>
        <IconButton icon={X} label={text.close} onClick={onClose} />
      </div>
      {!shortcuts && <p className="px-5 pt-1 text-text-muted">{text.shortcuts.off}</p>}
      <div className="grid grid-cols-2 gap-x-8 gap-y-5 p-5 max-md:grid-cols-1">
        {text.shortcuts.groups.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1.5 font-medium text-text-muted text-xs">{group.title}</h3>
            <dl>
              {group.keys.map(([keys, does]) => (
                <div key={keys} className="flex h-7 items-center justify-between gap-4">
                  <dt className="order-2 flex gap-1">
                    {keys.split(' ').map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
