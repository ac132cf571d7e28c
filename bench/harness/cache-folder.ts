import { tmpdir } from 'node:os'
import path from 'node:path'

/** Where what takes long to make is kept between runs, unless `--cache` says where. */
export const CACHE_FOLDER = path.join(tmpdir(), 'skygear-bench-cache')
