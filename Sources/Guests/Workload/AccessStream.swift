import Paging

/// The accesses of a workload, one after another without end.
public struct AccessStream: Sendable {
  private let workload: Workload
  private let elements: UInt64
  private let order: IndexPermutation
  private let zipf: ZipfSampler
  /// The elements of one stride.
  private let step: UInt64
  private var random: SplitMix64
  /// Whether an access writes is drawn apart, so that the places are the same for any share of writes.
  private var writes: SplitMix64
  private var position: UInt64 = 0
  private var pass: UInt64 = 0

  /// The accesses of a workload, which must have no problems.
  public init(_ workload: Workload) throws(WorkloadError) {
    let problems = workload.problems
    guard problems.isEmpty else { throw WorkloadError(problems: problems) }
    self.workload = workload
    elements = workload.elements
    order = IndexPermutation(count: elements, seed: SplitMix64.mix(workload.seed &+ 2))
    var exponent = 1.0
    var stride = workload.elementBytes
    switch workload.pattern {
    case .zipf(let given): exponent = given
    case .stride(let bytes): stride = bytes
    default: break
    }
    zipf = try ZipfSampler(count: elements, exponent: exponent)
    step = stride / workload.elementBytes
    random = SplitMix64(seed: workload.seed)
    writes = SplitMix64(seed: SplitMix64.mix(workload.seed &+ 1))
  }

  /// The next access.
  public mutating func next() -> WorkloadAccess {
    let element =
      switch workload.pattern {
      case .sequential, .pointerChase: advance()
      case .random: random.below(elements)
      case .stride: stride()
      case .zipf: order[zipf.next(&random) - 1]
      }
    let place = workload.pattern == .pointerChase ? order[element] : element
    var isWrite = workload.writePercent == 100
    if workload.writePercent % 100 != 0 {
      isWrite = writes.below(100) < UInt64(workload.writePercent)
    }
    return WorkloadAccess(offset: place &* workload.elementBytes, isWrite: isWrite)
  }

  /// The element that a pointer chase goes to from another.
  ///
  /// It is the one that follows in a random order of all elements, the first one after the last: by its
  /// making a single cycle.
  public func successor(of element: UInt64) -> UInt64 {
    let place = order.place(of: element) + 1
    return order[place == elements ? 0 : place]
  }

  private mutating func advance() -> UInt64 {
    let element = position
    position = position + 1 == elements ? 0 : position + 1
    return element
  }

  private mutating func stride() -> UInt64 {
    let element = position
    position += step
    if position >= elements {
      pass = pass + 1 == step ? 0 : pass + 1
      position = pass
    }
    return element
  }
}
