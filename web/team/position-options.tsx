import { useQuery } from '@tanstack/react-query'
import { may, useMe } from '../auth/session.ts'
import { positionsQuery } from '../positions/position-queries.ts'
import { teamText } from './text.ts'

/** The positions one can give; those that allow more than one holds oneself say so and cannot be chosen. */
export function PositionOptions() {
  const me = useMe()
  const { data } = useQuery(positionsQuery)
  return (
    <>
      <option value="">{teamText.form.noPosition}</option>
      {data?.map((position) => {
        const beyond = position.permissions.some((code) => !may(me, code))
        return (
          <option key={position.id} value={position.id} disabled={beyond}>
            {beyond ? `${position.name} (${teamText.form.moreThanYou})` : position.name}
          </option>
        )
      })}
    </>
  )
}
