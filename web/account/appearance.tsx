import { Column, Screen } from '../app/area.tsx'
import { chime } from '../app/chime.ts'
import { setPreferences, usePreferences } from '../app/preferences.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { SettingRows, Settings } from '../ui/settings.tsx'
import { Switch } from '../ui/switch.tsx'
import { accountText } from './text.ts'

const words = accountText.appearance
const themes = (['system', 'light', 'dark'] as const).map((theme) => [theme, text.theme[theme]] as const)

export default function Appearance() {
  const { theme, enterSends, shortcuts, sound } = usePreferences()
  return (
    <Screen title={accountText.screens.appearance}>
      <Column>
        <Settings title={words.theme}>
          <Segmented
            label={words.theme}
            value={theme}
            options={themes}
            onChange={(chosen) => setPreferences({ theme: chosen })}
          />
        </Settings>
        <Settings title={words.writing}>
          <SettingRows>
            <Switch
              label={words.enterSends}
              hint={words.enterSendsHint}
              checked={enterSends}
              onChange={(on) => setPreferences({ enterSends: on })}
            />
            <Switch
              label={words.shortcuts}
              hint={words.shortcutsHint}
              checked={shortcuts}
              onChange={(on) => setPreferences({ shortcuts: on })}
            />
          </SettingRows>
        </Settings>
        <Settings title={words.sounds}>
          <SettingRows>
            <Switch
              label={words.sound}
              hint={words.soundHint}
              checked={sound}
              onChange={(on) => setPreferences({ sound: on })}
            />
          </SettingRows>
          <Button size="sm" className="mt-3 max-md:h-11" onClick={chime}>
            {words.hear}
          </Button>
        </Settings>
        <p className="text-text-muted text-xs">{words.here}</p>
      </Column>
    </Screen>
  )
}
