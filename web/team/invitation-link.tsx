import { CopyLine } from '../ui/copy-line.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { teamText } from './text.ts'

const words = teamText.form

interface Props {
  name: string
  link: string
  mailed: boolean
  onClose: () => void
}

/** A one-time link to hand over, shown this once. */
export function InvitationLink({ name, link, mailed, onClose }: Props) {
  const close = async () => {
    onClose()
    return undefined
  }
  return (
    <FormDialog
      title={words.madeTitle(name)}
      lead={mailed ? `${words.madeLead} ${words.madeMailed}` : words.madeLead}
      submit={words.done}
      cancel={null}
      wide
      onSubmit={close}
      onClose={onClose}
    >
      <CopyLine label={words.link} value={link} />
    </FormDialog>
  )
}
