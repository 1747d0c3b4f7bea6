internal import Studies

/// How the population of a machine's memory by several of its processors is written.
extension ValueForm where Value == ValidationPlay {
  static var population: Self {
    let processors = RequiredField(
      "processors", ValueForm<Int>.integer(in: 1...4096), "how many there are")
    let pages = RequiredField(
      "pages", ValueForm<UInt64>.integer(in: 1...1 << 40), "how many pages each writes to")
    let shared = DefaultField(
      "shared", ValueForm<Bool>.boolean, default: false, "whether they are the same pages")
    let path = RequiredField(
      "path", ValueForm<StormPolicy.FaultPath>.choice(), "how faults pass the machine's lock")
    let count = RequiredField(
      "count", ValueForm<ValidationPlay.PopulationCount>.choice(), "the number that is told")
    let profile = profile
    let fields = [
      processors.declaration, pages.declaration, shared.declaration, path.declaration,
      count.declaration, profile.declaration,
    ]
    return .mapping("a population", fields) { mapping in
      let processors = mapping.value(of: processors)
      let pages = mapping.value(of: pages)
      let shared = mapping.value(of: shared)
      let path = mapping.value(of: path)
      let count = mapping.value(of: count)
      let profile = mapping.value(of: profile)
      guard let processors, let pages, let path, let count else { return nil }
      return .population(
        processors: processors, pages: pages, isShared: shared, path, count, named(profile))
    }
  }
}
