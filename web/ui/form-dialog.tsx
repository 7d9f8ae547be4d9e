import { type FormEvent, type ReactNode, useState } from 'react'
import { text } from '../text.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { FormError } from './field.tsx'

interface Props {
  title: string
  lead?: ReactNode
  /** What the button says. */
  submit: string
  /** Null: there is nothing to go back to. */
  cancel?: string | null
  danger?: boolean
  disabled?: boolean
  wide?: boolean
  /** Resolves to a sentence when it did not work, and to nothing when it did. */
  onSubmit: () => Promise<string | undefined>
  onClose: () => void
  children?: ReactNode
}

/** A question with what it needs to know. It stays open until it worked, and says why when it did not. */
export function FormDialog({
  title,
  lead,
  submit,
  cancel = text.cancel,
  danger,
  disabled,
  wide,
  onSubmit,
  onClose,
  children,
}: Props) {
  const [problem, setProblem] = useState<string>()
  const [tries, setTries] = useState(0)
  const [busy, setBusy] = useState(false)
  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setProblem(undefined)
    setProblem(await onSubmit())
    setTries(tries + 1)
    setBusy(false)
  }
  return (
    <Dialog
      label={title}
      onClose={onClose}
      className={`top-[12%] max-h-[80dvh] ${wide ? 'w-[560px]' : 'w-[424px]'} thin-scroll max-w-[calc(100vw-24px)] overflow-y-auto!`}
    >
      <form onSubmit={send} noValidate className="p-5">
        <h2 className="font-semibold text-md">{title}</h2>
        {lead && <div className="mt-1 text-pretty text-text-muted">{lead}</div>}
        <div className="mt-4">
          {problem && <FormError key={tries}>{problem}</FormError>}
          {children}
        </div>
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          {cancel !== null && (
            <Button onClick={onClose} className="max-md:h-11">
              {cancel}
            </Button>
          )}
          <Button
            type="submit"
            look={danger ? 'danger' : 'primary'}
            disabled={disabled || busy}
            className="max-md:h-11"
          >
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
