import { type Permission, permissions } from '../../shared/permissions.ts'
import { may, useMe } from '../auth/session.ts'
import { CheckBox } from '../ui/check-box.tsx'
import { permissionGroups } from './permission-groups.ts'
import { positionText as words } from './text.ts'

interface Props {
  chosen: readonly Permission[]
  readOnly: boolean
  onChange: (chosen: Permission[]) => void
}

/** What a position allows, in words, with the code that stands for it in files and the API. */
export function PermissionTable({ chosen, readOnly, onChange }: Props) {
  const me = useMe()
  const toggle = (code: Permission, on: boolean) =>
    onChange(on ? [...chosen, code] : chosen.filter((other) => other !== code))
  return (
    <fieldset>
      <legend className="font-medium text-xs">{words.permissions}</legend>
      {permissionGroups.map(({ group, codes }) => (
        <section key={group} aria-label={words.groups[group]} className="mt-4">
          <h3 className="pb-1.5 text-text-muted text-xs">{words.groups[group]}</h3>
          <ul className="border-border border-t">
            {codes.map((code) => {
              const [label, description] = permissions[code]
              const held = may(me, code)
              return (
                <li key={code} className="flex items-start gap-4 border-border border-b py-2">
                  <div className="min-w-0 flex-1">
                    <CheckBox
                      label={label}
                      hint={readOnly || held ? description : `${description} ${words.notHeld}`}
                      checked={chosen.includes(code)}
                      disabled={readOnly || !held}
                      onChange={(on) => toggle(code, on)}
                    />
                  </div>
                  <code className="shrink-0 font-mono text-2xs text-text-faint max-md:hidden">{code}</code>
                </li>
              )
            })}
          </ul>
        </section>
      ))}
    </fieldset>
  )
}
