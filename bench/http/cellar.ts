import { serveMeasured } from '../support/serve-measured.ts'
import { api } from './cellar-app.ts'

await serveMeasured([api])
