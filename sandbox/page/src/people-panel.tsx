import { useState } from 'react'
import { call, type PersonView, type SummaryView } from './api.ts'
import { Avatar } from './avatar.tsx'
import { platformName } from './format.ts'
import type { Chosen } from './use-sandbox.ts'

export interface PeoplePanelProps {
  summary: SummaryView
  chosen: Chosen
  onChoose: (personId: string) => void
  onError: (error: unknown) => void
}

function AddPerson({
  onDone,
  onError,
}: {
  onDone: (person: PersonView | null) => void
  onError: (error: unknown) => void
}) {
  const [name, setName] = useState('')
  const [platform, setPlatform] = useState<'instagram' | 'messenger'>('instagram')
  return (
    <form
      className="add-person"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() === '') return
        call<{ person: PersonView }>('POST', 'people', { platform, name: name.trim() }).then(
          ({ person }) => onDone(person),
          onError,
        )
      }}
    >
      <input
        className="input"
        // biome-ignore lint/a11y/noAutofocus: it appears because one asked for it
        autoFocus
        dir="auto"
        value={name}
        aria-label="Name"
        placeholder="Name"
        onChange={(event) => setName(event.target.value)}
      />
      <select
        className="input"
        value={platform}
        aria-label="Platform"
        onChange={(event) => setPlatform(event.target.value as typeof platform)}
      >
        <option value="instagram">Instagram</option>
        <option value="messenger">Messenger</option>
      </select>
      <span className="row">
        <button type="submit" className="button small">
          Add
        </button>
        <button type="button" className="button small quiet" onClick={() => onDone(null)}>
          Cancel
        </button>
      </span>
    </form>
  )
}

export function PeoplePanel({ summary, chosen, onChoose, onError }: PeoplePanelProps) {
  const [adding, setAdding] = useState(false)
  const bulk = (body: Record<string, number>): void => {
    call('POST', 'bulk', body).catch(onError)
  }
  const unread = new Map(summary.threads.map((thread) => [thread.personId, thread.unread]))
  return (
    <>
      <section className="section">
        <h2>In bulk</h2>
        <div className="row">
          <button type="button" className="button small" onClick={() => bulk({ people: 20 })}>
            20 people write
          </button>
          <button type="button" className="button small" onClick={() => bulk({ messages: 500 })}>
            500 messages
          </button>
        </div>
      </section>
      <section className="section">
        <h2>
          People
          {!adding && (
            <button type="button" className="link" onClick={() => setAdding(true)}>
              Add
            </button>
          )}
        </h2>
        {adding && (
          <AddPerson
            onError={onError}
            onDone={(person) => {
              setAdding(false)
              if (person) setTimeout(() => onChoose(person.id), 150)
            }}
          />
        )}
        <ul className="people">
          {summary.people.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                className="person"
                aria-pressed={chosen[person.platform] === person.id}
                onClick={() => onChoose(person.id)}
              >
                <Avatar person={person} />
                <bdi className="name">{person.name}</bdi>
                {(unread.get(person.id) ?? 0) > 0 && (
                  <span className="badge">
                    {unread.get(person.id)}
                    <span className="sr"> unread</span>
                  </span>
                )}
                <span className="faint">{platformName(person.platform)}</span>
              </button>
            </li>
          ))}
        </ul>
        {summary.peopleCount > summary.people.length && (
          <p className="faint">and {(summary.peopleCount - summary.people.length).toLocaleString('en')} more</p>
        )}
      </section>
    </>
  )
}
