import { CircleAlert, ListFilter, Search, X } from 'lucide-react'
import { type ReactNode, useRef, useState } from 'react'
import { Avatar, PersonMark, PlatformMark } from './avatar.tsx'
import { Badge, Dot } from './badge.tsx'
import { Brand } from './brand.tsx'
import { Button, IconButton } from './button.tsx'
import { EmptyState } from './empty-state.tsx'
import { Field, FormError } from './field.tsx'
import { Kbd } from './kbd.tsx'
import { Menu, MenuItem, MenuSeparator } from './menu.tsx'
import { Ring } from './ring.tsx'
import { RowSkeleton } from './skeleton.tsx'
import { Switch } from './switch.tsx'
import { say, sayFailure } from './toast.tsx'

/** Every primitive in every state, for whoever builds the next screen. */
export default function DesignPage() {
  const [on, setOn] = useState(true)
  const [menu, setMenu] = useState(false)
  const [value, setValue] = useState('Ines Duarte')
  const anchor = useRef<HTMLButtonElement>(null)
  return (
    <main className="h-full overflow-y-auto bg-surface p-8">
      <h1 className="mb-6 flex items-center gap-2.5 font-semibold text-lg">
        <Brand /> Primitives
      </h1>
      <div className="grid max-w-5xl grid-cols-[repeat(auto-fill,minmax(300px,1fr))] gap-10">
        <Spec name="Buttons">
          <Button look="primary">Primary</Button>
          <Button>Default</Button>
          <Button look="quiet">Quiet</Button>
          <Button disabled>Disabled</Button>
          <Button look="danger">Delete</Button>
          <Button size="sm">Dense</Button>
          <IconButton icon={Search} label="Search" keys="/" />
          <IconButton icon={ListFilter} label="Filter" pressed />
        </Spec>
        <Spec name="Marks">
          <Avatar id="1" name="Omar Haddad" size={36} platform="FACEBOOK" />
          <Avatar id="2" name="سارة الخطيب" size={36} platform="INSTAGRAM" />
          <Avatar id="3" name="A" size={28} />
          <PersonMark name="Maya Lindqvist" />
          <PersonMark name={null} />
          <PlatformMark platform="INSTAGRAM" />
          <PlatformMark platform="FACEBOOK" />
          <Badge label="3 unread">3</Badge>
          <Dot look="live" />
          <Dot look="warn" />
          <Dot look="danger" />
          <Dot look="off" />
          <Ring share={0.88} />
          <Ring share={0.1} warn />
          <Ring share={0} />
          <Kbd>J</Kbd>
        </Spec>
        <Spec name="Fields">
          <div className="w-full">
            <Field label="Name" value={value} onChange={setValue} />
            <Field label="E-mail" value="ines@nordlys" onChange={() => {}} error="The part after @ is not complete." />
            <Field
              label="Password"
              type="password"
              value="a sentence is best"
              onChange={() => {}}
              hint="At least 8 characters."
            />
            <Switch
              label="Available for new chats"
              hint="The rotation may give you chats."
              checked={on}
              onChange={setOn}
            />
          </div>
        </Spec>
        <Spec name="Menu and toasts">
          <Button ref={anchor} onClick={() => setMenu(true)}>
            Menu
          </Button>
          <Menu anchor={anchor} open={menu} onClose={() => setMenu(false)} label="Example">
            <MenuItem icon={Search} keys="/" onSelect={() => {}}>
              Search
            </MenuItem>
            <MenuItem checked={on} keepOpen onSelect={() => setOn(!on)}>
              Available
            </MenuItem>
            <MenuSeparator />
            <MenuItem icon={X} danger onSelect={() => {}}>
              Delete draft
            </MenuItem>
          </Menu>
          <Button onClick={() => say('Assigned to Tomas', { label: 'Undo', run: () => {} })}>Toast</Button>
          <Button onClick={() => sayFailure('Nothing was changed. Try again.')}>Failure</Button>
        </Spec>
        <Spec name="Form failure">
          <div className="w-full">
            <FormError title="Two things to mend.">Nothing was saved yet.</FormError>
          </div>
        </Spec>
        <Spec name="Waiting">
          <div className="w-full">
            {[0, 1, 2].map((index) => (
              <RowSkeleton key={index} index={index} />
            ))}
          </div>
        </Spec>
        <Spec name="Empty">
          <EmptyState
            icon={ListFilter}
            title="No chats match two filters"
            action={{ label: 'Clear filters', run: () => {} }}
          >
            “Unread” and “Nordlys Outlet” hide the other 128 chats.
          </EmptyState>
          <EmptyState icon={CircleAlert} warn title="Nothing from Meta since 14:02">
            What was missed is fetched once it answers.
          </EmptyState>
        </Spec>
      </div>
    </main>
  )
}

function Spec({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-3 text-text-faint text-xs">{name}</h2>
      <div className="flex flex-wrap items-center gap-2.5">{children}</div>
    </section>
  )
}
