import { useState } from 'react'
import { AuthFrame } from '../auth/auth-frame.tsx'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { accountText } from './text.ts'
import { SetUpTotp } from './totp-dialogs.tsx'

const words = accountText.totp

/** For an admin who needs a second step before anything else. */
export default function MustSetUpTotp() {
  const [open, setOpen] = useState(false)
  return (
    <AuthFrame caption={location.host} foot={text.product}>
      <h1 className="mb-1 font-semibold text-xl tracking-[-0.018em]">{words.mustTitle}</h1>
      <p className="mb-6 text-base text-text-muted">{words.must}</p>
      <Button look="primary" size="lg" className="w-full max-md:h-11" onClick={() => setOpen(true)}>
        {words.set}
      </Button>
      {open && <SetUpTotp onClose={() => setOpen(false)} />}
    </AuthFrame>
  )
}
