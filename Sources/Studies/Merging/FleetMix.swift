/// What is in the memory of each VM of a fleet, in percent of its pages.
public struct FleetMix: Hashable, Sendable {
  /// Pages of zeros.
  public var zeroPercent = 20
  /// Pages that every VM of the same image has: its kernel, libraries and file cache.
  public var commonPercent = 30
  /// Pages that change from one visit of the scanner to the next.
  public var volatilePercent = 5
  /// How many images the VMs were made from, in turn.
  public var images = 1

  /// A mix to start from: an assumption, and no measurement.
  public init() {}

  /// The pages that are there once, in percent.
  public var ownPercent: Int { 100 - zeroPercent - commonPercent - volatilePercent }

  /// The kinds of pages.
  enum Kind {
    case zero
    case common
    case volatile
    case own
  }

  /// The kind of a VM's page: of any 100 in a row, just as many as the mix says, spread evenly.
  func kind(of page: Int) -> Kind {
    let place = page % 100 * 61 % 100
    if place < zeroPercent { return .zero }
    if place < zeroPercent + commonPercent { return .common }
    return place < zeroPercent + commonPercent + volatilePercent ? .volatile : .own
  }
}
