import HostMemory

extension StormPolicy {
  /// A field of a policy with its value, as a scenario file writes them.
  public struct Setting: Sendable, Hashable, CustomStringConvertible {
    /// The field's key.
    public let field: String
    /// Its value.
    public let value: String

    /// `field=value`.
    public var description: String { "\(field)=\(value)" }
  }

  /// What differs from a policy of nothing, in the order of the fields.
  public var settings: [Setting] {
    let nothing = Self()
    var settings: [Setting] = []
    func add(_ field: String, _ value: String, _ differs: Bool) {
      if differs { settings.append(Setting(field: field, value: value)) }
    }
    let backingName =
      switch backing {
      case .small: "4K"
      case .large: "2M"
      case .huge: "1G"
      }
    add("backing", backingName, backing != nothing.backing)
    add("populate", population.rawValue, population != nothing.population)
    add("extent", extent == .hotSet ? "hotSet" : "all", extent == .hotSet)
    if case .ranges(let ranges) = extent {
      let words = ranges.map { "{start: \($0.lowerBound), size: \($0.count)}" }
      add("ranges", "[\(words.joined(separator: ", "))]", true)
    }
    add("background", "\(backgroundThreads)", backgroundThreads != nothing.backgroundThreads)
    add("pool", Self.size(poolBytes ?? 0), poolBytes != nothing.poolBytes)
    add("passthrough", "\(isPassedThrough)", isPassedThrough != nothing.isPassedThrough)
    add("batch", "\(batch)", batch != nothing.batch)
    add("faultPath", faultPath.rawValue, faultPath != nothing.faultPath)
    let stagger =
      staggerNanoseconds % 1_000_000 == 0
      ? "\(staggerNanoseconds / 1_000_000) ms" : "\(staggerNanoseconds) ns"
    add("stagger", stagger, staggerNanoseconds != nothing.staggerNanoseconds)
    add("startsAtOnce", "\(startsAtOnce ?? 0)", startsAtOnce != nothing.startsAtOnce)
    return settings
  }

  private static func size(_ bytes: UInt64) -> String {
    if bytes % (1 << 30) == 0 { return "\(bytes >> 30) GiB" }
    return bytes % (1 << 20) == 0 ? "\(bytes >> 20) MiB" : "\(bytes) B"
  }
}
