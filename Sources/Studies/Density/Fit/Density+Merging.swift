import HostMemory

extension Density {
  /// How many pages the model of merging looks at: what is larger is taken as alike in small.
  private static let mostPages: UInt64 = 1 << 15
  /// Of how many machines: a page that more have in common is merged as well.
  private static let mostMachines: UInt64 = 256
  /// After how many scans of all pages nothing changes any more.
  private static let mostScans = 8.0

  /// What merging gives back to machines of which so many of each kind run.
  ///
  /// A fleet of as many machines, with as many pages as the model can look at, is watched for as much less
  /// time: a scanner visits so many pages in a second, however many there are, so that it comes as often
  /// around a small fleet in a shorter time.
  func merged(
    _ merging: Merging, _ overheads: [MachineOverhead], _ counts: [UInt64]
  ) throws(DensityError) -> DensityOutcome.MergingFigure? {
    var (machines, pages) = (UInt64(0), UInt64(0))
    var isHuge = false
    for (overhead, count) in zip(overheads, counts) where !overhead.flavour.holdsAll {
      let values = DensityDemand.used(overhead)
      machines += count
      pages += count * (values.reduce(0, +) / UInt64(values.count) / 4096)
      isHuge = isHuge || (count > 0 && overhead.flavour.backingBytes > 4096)
    }
    guard machines > 0, pages > 0 else { return nil }
    var study = MergingStudy()
    study.vms = Int(min(machines, Self.mostMachines))
    // A mix is exact for each hundred pages, and nearly so for the 512 that a huge page breaks in.
    let unit: UInt64 = isHuge ? 512 : 100
    let each = min(pages / machines, Self.mostPages / UInt64(study.vms))
    study.bytesPerVM = max(each / unit, 1) * unit * 4096
    study.mix = merging.mix
    study.isHuge = isHuge
    study.settings = merging.settings
    study.samples = 1
    let modelled = Double(study.vms) * Double(study.pagesPerVM)
    let scan = modelled / max(merging.settings.pagesPerSecond, 1)
    study.seconds = min(merging.seconds * modelled / Double(pages), Self.mostScans * scan)
    if let problem = study.problems.first { throw .merging(problem) }
    let found: MergingOutcome
    do {
      found = try study.outcome()
    } catch {
      throw .merging("\(error)")
    }
    let saved = found.samples.last?.counters.savedBytes ?? 0
    return DensityOutcome.MergingFigure(
      share: Double(saved) / 4096 / modelled,
      ceiling: Double(study.ceilingBytes) / 4096 / modelled, machines: machines,
      seconds: merging.seconds)
  }
}
