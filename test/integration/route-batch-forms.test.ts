import { describe, expect, it } from 'vitest'
import { json, ndjson, send, useBatches } from '../support/batch-routes.ts'
import { randomPicture } from '../support/pictures.ts'

useBatches()

describe('a form', () => {
  const picture = () => new Blob([randomPicture()], { type: 'image/png' })
  const post = (path: string, parts: readonly (readonly [string, string | Blob])[]) => {
    const body = new FormData()
    for (const [name, value] of parts) body.append(name, value)
    return send(path, { body })
  }

  it('of several rows names their fields rows[0].title, files beside them', async () => {
    const { status, body } = await post('/pictures', [
      ['rows[0].id', '1'],
      ['rows[0].title', 'one'],
      ['rows[0].photo', picture()],
      ['rows[1].photo', picture()],
      ['rows[1].scan', picture()],
      ['rows[1].id', '2'],
      ['rows[1].title', 'two'],
      ['rows[1].meta', '{"a":1}'],
    ])
    expect(status).toBe(200)
    expect(body).toMatchObject({
      count: 2,
      rows: [
        { id: 1, title: 'one', scan: null, meta: null, photo: expect.stringContaining('/media/') },
        { id: 2, title: 'two', scan: expect.stringContaining('/media/'), meta: { a: 1 } },
      ],
      errors: [],
    })
  })

  it('of several rows is refused with the places that are wrong', async () => {
    const bad = [
      ['rows[0].id', '1'],
      ['rows[0].title', 'one'],
      ['rows[0].photo', picture()],
      ['rows[1].id', 'x'],
      ['rows[1].title', 'two'],
      ['rows[1].photo', picture()],
      ['rows[2].id', '3'],
      ['rows[2].title', 'three'],
    ] as const
    expect(await post('/pictures', bad)).toMatchObject({
      status: 422,
      body: { errors: [{ path: [1, 'id'] }, { path: [2, 'photo'], code: 'MISSING_VALUE' }] },
    })
    expect((await post('/pictures?onInvalid=skip', bad)).body).toMatchObject({
      count: 1,
      rows: [{ id: 1 }],
      errors: [
        { index: 1, column: 'id' },
        { index: 2, column: 'photo', code: 'MISSING_VALUE' },
      ],
    })
  })

  it('skips a row for a file that is no picture', async () => {
    const parts = [
      ['rows[0].id', '1'],
      ['rows[0].title', 'one'],
      ['rows[0].photo', new Blob(['no picture'])],
      ['rows[1].id', '2'],
      ['rows[1].title', 'two'],
      ['rows[1].photo', picture()],
    ] as const
    const refused = await post('/pictures', parts)
    expect([refused.status, refused.body.errors]).toMatchObject([422, [{ path: [0, 'photo'] }]])
    const { body } = await post('/pictures?onInvalid=skip', parts)
    expect(body).toMatchObject({ count: 1, rows: [{ id: 2 }], errors: [{ index: 0, column: 'photo' }] })
  })

  it.each([
    ['a field that there is not', [['rows[0].nope', '1']], [0, 'nope']],
    [
      'a field beside rows',
      [
        ['rows[0].id', '1'],
        ['title', 'x'],
      ],
      ['title'],
    ],
    ['a gap', [['rows[1].id', '1']], [0]],
    [
      'a repeated field',
      [
        ['id', '1'],
        ['id', '2'],
        ['title', 'x'],
      ],
      ['id'],
    ],
    [
      'a repeated field of a row',
      [
        ['rows[0].id', '1'],
        ['rows[0].id', '2'],
        ['rows[0].title', 'x'],
      ],
      [0, 'id'],
    ],
    ['__proto__', [['__proto__', '1']], ['__proto__']],
  ] as const)('with %s is refused', async (_, parts, path) => {
    const reply = await post('/pictures', parts)
    expect(reply.status).toBe(422)
    expect((reply.body.errors as { path: unknown }[])[0]?.path).toEqual(path)
  })

  it('with a text that is not UTF-8 is refused, whatever charset it claims', async () => {
    for (const type of ['', '\r\ncontent-type: text/plain; charset=utf-8']) {
      const head = `--x\r\ncontent-disposition: form-data; name="title"${type}\r\n\r\n`
      const body = Buffer.concat([Buffer.from(head), Buffer.of(0x61, 0xff), Buffer.from('\r\n--x--\r\n')])
      expect(await ndjson('/pictures', body, 'multipart/form-data; boundary=x')).toMatchObject({
        status: 400,
        body: { code: 'BODY_UNREADABLE' },
      })
    }
  })

  it('updates media, one row or several, and leaves out what it leaves out', async () => {
    await post('/pictures', [
      ['id', '1'],
      ['title', 'one'],
      ['photo', picture()],
    ])
    await post('/pictures', [
      ['id', '2'],
      ['title', 'two'],
      ['photo', picture()],
    ])
    expect(
      (
        await post('/pictures/update', [
          ['id', '1'],
          ['scan', picture()],
        ])
      ).body,
    ).toEqual({
      id: 1,
      title: 'one',
      scan: expect.stringContaining('/media/'),
    })
    const several = await post('/pictures/update', [
      ['rows[0].id', '2'],
      ['rows[0].title', 'zwei'],
      ['rows[1].id', '1'],
      ['rows[1].photo', picture()],
    ])
    expect(several.body).toMatchObject({ count: 2, rows: [{ title: 'zwei', scan: null }, { title: 'one' }] })
    const cleared = await json('/pictures/update', [
      { id: 1, scan: null },
      { id: 2, title: 'two' },
    ])
    expect(cleared.body).toMatchObject({ count: 2, rows: [{ scan: null }, { title: 'two' }] })
  })
})
