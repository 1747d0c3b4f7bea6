/// What a guest's program does with its memory, as a value: the same value gives the same accesses.
public struct Workload: Sendable, Hashable {
  /// The order of the accesses.
  public var pattern: AccessPattern
  /// The bytes of memory that the accesses go to.
  public var footprintBytes: UInt64
  /// The bytes of an element: what one access touches.
  public var elementBytes: UInt64
  /// How many of a hundred accesses are writes.
  public var writePercent: Int
  /// Where the random generator starts.
  public var seed: UInt64

  /// A workload of reads over `footprintBytes` bytes.
  public init(
    _ pattern: AccessPattern, footprintBytes: UInt64, elementBytes: UInt64 = 64,
    writePercent: Int = 0, seed: UInt64 = 1
  ) {
    self.pattern = pattern
    self.footprintBytes = footprintBytes
    self.elementBytes = elementBytes
    self.writePercent = writePercent
    self.seed = seed
  }

  /// How many elements the footprint holds.
  public var elements: UInt64 { elementBytes == 0 ? 0 : footprintBytes / elementBytes }

  /// What is wrong with the workload, each as a sentence.
  public var problems: [String] {
    var problems: [String] = []
    if elementBytes == 0 {
      problems.append("An element has 0 bytes: it must have at least 1.")
    } else if elements == 0 {
      problems.append(
        "The footprint of \(footprintBytes) bytes holds no element of \(elementBytes) bytes.")
    }
    if !(0...100).contains(writePercent) {
      problems.append("The writes are \(writePercent) of 100 accesses: they must be 0 to 100.")
    }
    switch pattern {
    case .stride(let bytes) where bytes == 0 || bytes % max(1, elementBytes) != 0:
      problems.append(
        "The stride is \(bytes) bytes: it must be a multiple of an element's \(elementBytes).")
    case .stride(let bytes) where bytes > footprintBytes:
      problems.append(
        "The stride is \(bytes) bytes: it must not be more than the footprint's \(footprintBytes).")
    case .zipf(let exponent) where !(exponent > 0 && exponent <= 10):
      problems.append("The exponent is \(exponent): it must be above 0 and at most 10.")
    default: break
    }
    return problems
  }
}
