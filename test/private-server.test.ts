import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import mysql from 'mysql2/promise'
import { describe, expect, test } from 'vitest'
import { mariadbAvailable, testDatabaseUrl, testEngine } from './database.ts'
import { startMariadb } from './mariadb.ts'
import { redisAvailable, startRedis } from './redis.ts'

describe('the database of a test file', () => {
  test('is empty, its own, and gone after drop', async () => {
    const one = await testDatabaseUrl()
    const two = await testDatabaseUrl()
    expect(one.url).not.toBe(two.url)
    expect(one.url).toMatch(testEngine === 'mysql' ? /^mysql:\/\/root@localhost\/t_/ : /^sqlite:/)
    await one.drop()
    await two.drop()
  })
})

describe.runIf(mariadbAvailable())('a private MariaDB', () => {
  test('keeps what was committed over a kill and a restart, and leaves nothing behind', async () => {
    const server = await startMariadb()
    const first = await mysql.createConnection({ socketPath: server.socketPath, user: 'root' })
    await first.query('create database kept')
    await first.query('create table kept.notes (text varchar(20)) engine=InnoDB')
    await first.query("insert into kept.notes values ('still here')")
    first.on('error', () => {})
    await server.kill()
    await server.restart()

    const second = await mysql.createConnection({ socketPath: server.socketPath, user: 'root', database: 'kept' })
    const [rows] = await second.query('select text from notes')
    expect(rows).toEqual([{ text: 'still here' }])
    await second.end()
    await server.stop()
    expect(existsSync(dirname(server.socketPath))).toBe(false)
  }, 60_000)
})

describe.runIf(redisAvailable())('a private Redis', () => {
  test('answers on its socket, again after a kill and a restart, and leaves nothing behind', async () => {
    const server = await startRedis()
    expect(await ask(server.socketPath, 'PING\r\n')).toBe('+PONG\r\n')
    const before = server.pid()
    await server.kill()
    await server.restart()
    expect(server.pid()).not.toBe(before)
    expect(await ask(server.socketPath, 'PING\r\n')).toBe('+PONG\r\n')
    await server.stop()
    expect(existsSync(dirname(server.socketPath))).toBe(false)
  })
})

function ask(socketPath: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath, () => socket.write(command))
    socket.once('error', reject)
    socket.once('data', (data) => {
      socket.destroy()
      resolve(String(data))
    })
  })
}
