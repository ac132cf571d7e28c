/** What we read of the report that Vitest's JSON reporter writes. */
export interface TestReport {
  testResults: {
    /** The file's path. */
    name: string
    status: string
    assertionResults: { status: string; ancestorTitles: string[]; title: string }[]
  }[]
}

export interface TestCounts {
  passed: number
  failed: number
  /** By group: the file, then the outermost `describe`. */
  skipped: Map<string, number>
}

/**
 * Counts the tests of a run. A file that could not be run is one failure; and so is a run that
 * failed although no test did, or in which no test passed.
 */
export function countTests({ testResults: files }: TestReport, succeeded: boolean): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: new Map() }
  for (const file of files) {
    const failedBefore = counts.failed
    for (const test of file.assertionResults) countTest(counts, file.name, test)
    if (file.status === 'failed' && counts.failed === failedBefore) counts.failed += 1
  }
  if (counts.failed === 0 && (!succeeded || counts.passed === 0)) counts.failed = 1
  return counts
}

function countTest(
  counts: TestCounts,
  file: string,
  test: TestReport['testResults'][number]['assertionResults'][number],
): void {
  if (test.status === 'passed') counts.passed += 1
  else if (test.status === 'failed') counts.failed += 1
  else {
    const group = `${file} › ${test.ancestorTitles[0] ?? test.title}`
    counts.skipped.set(group, (counts.skipped.get(group) ?? 0) + 1)
  }
}
