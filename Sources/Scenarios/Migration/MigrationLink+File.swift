internal import Quantities
public import Studies

/// How the network of a migration is written.
extension MigrationLink: MappingDecodable {
  private static let standard = MigrationLink()
  private static let rates =
    DataRate(
      bitsPerSecond: MigrationLink.rates.lowerBound)...DataRate(
      bitsPerSecond: MigrationLink.rates.upperBound)
  private static let bandwidthField = DefaultField(
    "bandwidth", ValueForm<DataRate>.quantity(in: rates),
    default: DataRate(bitsPerSecond: standard.bitsPerSecond), "what passes in a second")
  private static let latencyField = DefaultField(
    "latency", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: TimeSpan(picoseconds: UInt64(standard.latencyPicoseconds)),
    "how long a byte is under way")
  private static let channelsField = DefaultField(
    "channels", ValueForm<Int>.integer(in: 1...256), default: standard.channels,
    "how many streams send side by side")
  private static let channelField = OptionalField(
    "channelBandwidth", ValueForm<DataRate>.quantity(in: rates),
    "what one stream can send in a second")
  private static let zeroField = DefaultField(
    "findsZeroPages", ValueForm<Bool>.boolean, default: standard.findsZeroPages,
    "whether pages of zeros are found, and told in a few bytes")
  private static let scanField = DefaultField(
    "zeroScan", ValueForm<DataRate>.quantity(in: rates),
    default: DataRate(bitsPerSecond: standard.scanBytesPerSecond * 8),
    "how fast a stream's thread looks for zeros")
  private static let compressionField = DefaultField(
    "compression", ValueForm<Double>.number(in: 1...100), default: 1,
    "how many times smaller a page becomes")
  private static let longest = TimeSpan(picoseconds: 10_000_000_000_000)

  /// What such a mapping is.
  public static var noun: String { "a link" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      bandwidthField.declaration, latencyField.declaration, channelsField.declaration,
      channelField.declaration, zeroField.declaration, scanField.declaration,
      compressionField.declaration,
    ]
  }

  /// What a link is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    bitsPerSecond = mapping.value(of: Self.bandwidthField).bitsPerSecond
    latencyPicoseconds = Int64(mapping.value(of: Self.latencyField).picoseconds)
    channels = mapping.value(of: Self.channelsField)
    channelBitsPerSecond = mapping.value(of: Self.channelField)?.bitsPerSecond
    findsZeroPages = mapping.value(of: Self.zeroField)
    scanBytesPerSecond = mapping.value(of: Self.scanField).bitsPerSecond / 8
    compression = mapping.value(of: Self.compressionField)
    guard mapping.isSound else { return nil }
  }

  var node: Node {
    func rate(_ bits: UInt64) -> Node { .literal(DataRate(bitsPerSecond: bits)) }
    var list = MemberList()
    list.add("bandwidth", rate(bitsPerSecond))
    list.add("latency", .literal(TimeSpan(picoseconds: UInt64(latencyPicoseconds))))
    list.add("channels", .literal(channels))
    list.add("channelBandwidth", channelBitsPerSecond.map(rate))
    list.add("findsZeroPages", .literal(findsZeroPages))
    list.add("zeroScan", rate(scanBytesPerSecond * 8))
    list.add("compression", .literal(compression))
    return list.node
  }
}
