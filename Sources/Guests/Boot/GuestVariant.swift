import Paging

/// What sets a guest apart from others of the same profile.
///
/// It is a value like the profile: the same variant gives the same steps.
public struct GuestVariant: Sendable, Hashable {
  /// One, in the parts in which factors and shares are counted.
  public static let one: UInt64 = 1 << 32

  /// How many times as long the processor works, in parts of ``one``.
  public var work = Self.one
  /// Which share of the pages is never touched, in parts of ``one``; the guest's own tables are.
  public var leftOut: UInt64 = 0
  /// Within how many touches their order is drawn; 1 leaves it.
  public var window = 1
  /// Where what is drawn starts.
  public var seed: UInt64

  /// A guest that differs in nothing yet.
  public init(seed: UInt64) { self.seed = seed }

  /// How long the processor works in place of so many nanoseconds.
  public func scaled(_ nanoseconds: UInt64) -> UInt64 {
    let product = nanoseconds.multipliedFullWidth(by: work)
    return product.high << 32 | product.low >> 32
  }

  /// Whether the guest never touches a page.
  public func leavesOut(_ touch: GuestTouch) -> Bool {
    guard leftOut > 0, touch.kind != .device, touch.use != .guestTables else { return false }
    // A page is left out or not for all of its touches, so it is drawn by its number.
    var generator = SplitMix64(seed: seed ^ SplitMix64.mix(touch.address.value >> 12))
    return generator.next() >> 32 < leftOut
  }
}

/// A variant's steps on their way from the profile's.
struct VariedSteps: Sendable {
  let variant: GuestVariant
  private var generator: SplitMix64
  /// How long the profile's processor has worked, and how long the variant's.
  private var worked: UInt64 = 0
  private var told: UInt64 = 0
  /// Steps that were drawn and not told yet, the next one last.
  private var waiting: [GuestStep] = []

  init(_ variant: GuestVariant) {
    self.variant = variant
    generator = SplitMix64(seed: variant.seed)
  }

  /// The next step, of which the profile's are taken one after another.
  mutating func next(_ take: () -> GuestStep?) -> GuestStep? {
    if variant.window > 1, waiting.isEmpty { gather(take) }
    if let step = waiting.popLast() { return step }
    while let step = take() {
      if let varied = vary(step) { return varied }
    }
    return nil
  }

  /// The variant's step in place of a profile's; nothing where it makes none.
  private mutating func vary(_ step: GuestStep) -> GuestStep? {
    switch step {
    case .compute(let nanoseconds):
      // By the sum, so that what is rounded off a step is not lost.
      worked += nanoseconds
      let time = variant.scaled(worked)
      defer { told = time }
      return time > told ? .compute(time - told) : nil
    case .touch(let touch): return variant.leavesOut(touch) ? nil : step
    case .phase, .wait, .ready: return step
    }
  }

  /// Takes as many touches as change places with each other, with the work between them, which stays where
  /// it is: no touch leaves its phase.
  private mutating func gather(_ take: () -> GuestStep?) {
    var steps: [GuestStep] = []
    var places: [Int] = []
    while places.count < variant.window, let step = take() {
      guard let varied = vary(step) else { continue }
      steps.append(varied)
      switch varied {
      case .touch: places.append(steps.count - 1)
      case .compute: continue
      case .phase, .wait, .ready: break
      }
      if case .touch = varied { continue }
      break
    }
    for last in stride(from: places.count - 1, to: 0, by: -1) {
      let other = Int(generator.below(UInt64(last + 1)))
      if other != last { steps.swapAt(places[last], places[other]) }
    }
    waiting = steps.reversed()
  }
}
