import { stdin, stdout } from 'node:process'
import { text } from 'node:stream/consumers'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'

// An OpenAPI document in, the types of a client out; what the document says is a file is a Blob.
const file = ts.factory.createTypeReferenceNode('Blob')
const nodes = await openapiTS(JSON.parse(await text(stdin)), {
  transform: (schema) => (schema.format === 'binary' ? file : undefined),
})
stdout.write(astToString(nodes))
