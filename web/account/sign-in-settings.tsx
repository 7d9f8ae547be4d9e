import { Column, Screen } from '../app/area.tsx'
import { ChangePassword } from './change-password.tsx'
import { SecondStep } from './second-step.tsx'
import { accountText } from './text.ts'

export default function SignInSettings() {
  return (
    <Screen title={accountText.screens['sign-in']}>
      <Column>
        <ChangePassword />
        <SecondStep />
      </Column>
    </Screen>
  )
}
