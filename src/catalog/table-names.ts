import { quoteIdentifier } from '../database/identifier.ts'
import { historyName } from './constraint-names.ts'

const DATA_SCHEMA = 'cellar_data'

/** The qualified, quoted name of a user table: dots stay part of the path. */
export function tableSql(path: string): string {
  return `${DATA_SCHEMA}.${quoteIdentifier(path)}`
}

export function historySql(path: string): string {
  return tableSql(historyName(path))
}
