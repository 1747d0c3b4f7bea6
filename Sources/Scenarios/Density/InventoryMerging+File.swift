internal import Quantities
public import Studies

/// How the merging of a host is written.
extension InventoryMerging: MappingDecodable {
  private static let runningField = OptionalField(
    "running", ValueForm<Observed<Bool>>.observedTruth, "whether it scans")
  private static let scanField = OptionalField(
    "pagesToScan", ValueForm<Observed<UInt64>>.observedNumber,
    "the pages that are scanned before each pause")
  private static let sleepField = OptionalField(
    "sleepMilliseconds", ValueForm<Observed<UInt64>>.observedNumber,
    "how long each pause is, in milliseconds")
  private static let acrossField = OptionalField(
    "mergeAcrossNodes", ValueForm<Observed<Bool>>.observedTruth,
    "whether pages of different NUMA nodes are merged")
  private static let sharedField = OptionalField(
    "pagesShared", ValueForm<Observed<UInt64>>.observedNumber, "the pages that others share")
  private static let sharingField = OptionalField(
    "pagesSharing", ValueForm<Observed<UInt64>>.observedNumber,
    "the places that share them, beyond one for each")
  private static let unsharedField = OptionalField(
    "pagesUnshared", ValueForm<Observed<UInt64>>.observedNumber,
    "the pages that were found to be like no other")
  private static let zeroField = OptionalField(
    "zeroPages", ValueForm<Observed<UInt64>>.observedNumber,
    "the pages that were merged into the page of zeros")
  private static let scansField = OptionalField(
    "fullScans", ValueForm<Observed<UInt64>>.observedNumber, "how often all memory was scanned")

  /// What such a mapping is.
  public static var noun: String { "the state of merging" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      runningField.declaration, scanField.declaration, sleepField.declaration,
      acrossField.declaration, sharedField.declaration, sharingField.declaration,
      unsharedField.declaration, zeroField.declaration, scansField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    isRunning = mapping.value(of: Self.runningField)
    pagesToScan = mapping.value(of: Self.scanField)
    sleepMilliseconds = mapping.value(of: Self.sleepField)
    mergesAcrossNodes = mapping.value(of: Self.acrossField)
    pagesShared = mapping.value(of: Self.sharedField)
    pagesSharing = mapping.value(of: Self.sharingField)
    pagesUnshared = mapping.value(of: Self.unsharedField)
    zeroPages = mapping.value(of: Self.zeroField)
    fullScans = mapping.value(of: Self.scansField)
    guard mapping.isSound else { return nil }
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("running", isRunning?.truthNode)
    list.add("pagesToScan", pagesToScan?.numberNode)
    list.add("sleepMilliseconds", sleepMilliseconds?.numberNode)
    list.add("mergeAcrossNodes", mergesAcrossNodes?.truthNode)
    list.add("pagesShared", pagesShared?.numberNode)
    list.add("pagesSharing", pagesSharing?.numberNode)
    list.add("pagesUnshared", pagesUnshared?.numberNode)
    list.add("zeroPages", zeroPages?.numberNode)
    list.add("fullScans", fullScans?.numberNode)
    return list.node
  }
}
