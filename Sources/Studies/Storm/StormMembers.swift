import Guests
import Simulation

/// The machines of a storm one by one, with what was drawn for each.
struct StormMembers {
  /// A machine.
  struct Member: Hashable {
    /// What it does: the number of one of the inputs.
    var input: Int
    /// How much longer its launch takes.
    var delay = VirtualDuration.zero
    /// How many times as long its waits are.
    var waits = TimeFactor.one

    /// The same where there is one input.
    var alone: Member {
      var member = self
      member.input = 0
      return member
    }

    /// When the machine is ready if no touch costs anything.
    func bareReady(_ guest: GuestProfile) -> VirtualDuration {
      var ready = VirtualDuration(nanoseconds: Int64(guest.readyNanoseconds)) + delay
      guard waits != .one else { return ready }
      for phase in guest.phases {
        let wait = VirtualDuration(nanoseconds: Int64(phase.waitNanoseconds))
        ready = ready + waits(wait) - wait
        if phase.endsReady { break }
      }
      return ready
    }
  }

  /// What machines do, each as a flavour of all that do the same; those of one flavour side by side.
  private(set) var inputs: [Flavour] = []
  /// The first input of each flavour, and one more.
  private(set) var firsts: [Int] = []
  /// The machines, in the order of the fleet.
  private(set) var machines: [Member] = []

  /// Draws the machines of some flavours.
  ///
  /// One generator draws for all: for each kind of a flavour, then for each machine of it. The kinds take
  /// turns, so that none of them starts before the others.
  init(_ flavours: [Flavour], seed: UInt64) {
    // Not the generator of the starts, so that these are the same with and without variation.
    var generator = SplitMix64(seed: SplitMix64.mix(seed))
    for flavour in flavours {
      firsts.append(inputs.count)
      guard let variation = flavour.variation else {
        machines += Array(repeating: Member(input: inputs.count), count: flavour.count)
        inputs.append(flavour)
        continue
      }
      add(flavour, variation, &generator)
    }
    firsts.append(inputs.count)
  }

  /// One machine alone, with what was drawn for it.
  init(_ input: Flavour, _ member: Member) {
    var input = input
    input.count = 1
    inputs = [input]
    firsts = [0, 1]
    machines = [member.alone]
  }

  private mutating func add(
    _ flavour: Flavour, _ variation: Variation, _ generator: inout SplitMix64
  ) {
    let first = inputs.count
    let kinds = variation.kinds(of: flavour.count)
    for kind in 0..<kinds {
      var input = flavour
      input.variation = nil
      input.count = flavour.count / kinds + (kind < flavour.count % kinds ? 1 : 0)
      let variant = variation.variant(&generator)
      if variation.variesGuests { input.guest.variant = variant }
      inputs.append(input)
    }
    let longest = UInt64(max(variation.launch.picoseconds, 0))
    for number in 0..<flavour.count {
      let delay = generator.below(longest + 1)
      let waits = Variation.factor(variation.waitPercent, &generator)
      machines.append(
        Member(
          input: first + number % kinds, delay: VirtualDuration(picoseconds: Int64(delay)),
          waits: TimeFactor(parts: waits)))
    }
  }

  /// The first machine of each input.
  var firstMachines: [Member] {
    var found = Array(repeating: Member?.none, count: inputs.count)
    for member in machines where found[member.input] == nil { found[member.input] = member }
    return found.enumerated().map { $1 ?? Member(input: $0) }
  }

  /// The flavour of each machine as it is played.
  var flavours: [Flavour] { machines.map { inputs[$0.input] } }

  /// For each machine the place of its own among all, where those of one input lie side by side.
  var places: [Int] {
    var next: [Int] = []
    var sum = 0
    for input in inputs {
      next.append(sum)
      sum += input.count
    }
    return machines.map { member in
      defer { next[member.input] += 1 }
      return next[member.input]
    }
  }
}
