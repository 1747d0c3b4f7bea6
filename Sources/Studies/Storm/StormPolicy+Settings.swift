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
    add("batch", "\(batch)", batch != nothing.batch)
    add("faultPath", faultPath.rawValue, faultPath != nothing.faultPath)
    let stagger =
      staggerNanoseconds % 1_000_000 == 0
      ? "\(staggerNanoseconds / 1_000_000) ms" : "\(staggerNanoseconds) ns"
    add("stagger", stagger, staggerNanoseconds != nothing.staggerNanoseconds)
    add("startsAtOnce", "\(startsAtOnce ?? 0)", startsAtOnce != nothing.startsAtOnce)
    return settings
  }
}
