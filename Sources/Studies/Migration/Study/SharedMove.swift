import Simulation

/// Machines that are moved over one link, so many at the same time.
///
/// All that they have to do with each other is the link. Who leaves it alone for a moment, or has gone,
/// leaves its part to the others.
struct SharedMove {
  /// One of a study's machines, by number.
  struct Part {
    let study: MigrationStudy
    let number: Int
  }

  private(set) var link: SharedLink
  private let parts: [Part]
  private var places: [MovedMachine?]
  /// The places whose machines do something without the link, by when they do.
  private var moments: RankedNumbers<Int128>
  /// The part that follows when a place is free.
  private var next: Int
  /// What became of each machine, and when it began.
  private(set) var outcomes: [MigrationOutcome?]
  private(set) var starts: [Int64]

  /// Machines over a link, in their order.
  init(_ parts: [Part], _ link: MigrationLink, atOnce: Int, defect: MigrationDefect = .none) {
    let places = max(1, min(atOnce, parts.count))
    self.link = SharedLink(link, senders: places)
    self.parts = parts
    self.places = (0..<places).map { place in
      MovedMachine(parts[place], place: place, sender: place, at: 0, defect: defect)
    }
    moments = RankedNumbers(count: places)
    next = places
    outcomes = Array(repeating: nil, count: parts.count)
    starts = Array(repeating: 0, count: parts.count)
    for place in 0..<places { findMoment(of: place) }
  }

  /// Looks up when the machine of a place does something without the link.
  private mutating func findMoment(of place: Int) {
    if let machine = places[place], machine.next < .max {
      moments.rank(place, Int128(machine.next))
    } else {
      moments.remove(place)
    }
  }

  /// Moves all of them: what happens first comes first, and on the link before all else.
  mutating func run(finished: (Int) -> Void = { _ in }) throws(MigrationError) {
    var count = 0
    while true {
      let first = moments.first
      let place: Int
      if let passed = link.next(), Int128(passed.at) <= first?.rank ?? Int128(Int64.max) {
        place = passed.stream >> 1
        let channel = PageStream.Channel.allCases[passed.stream & 1]
        try places[place]?.endPassing(channel, at: passed.at, &link)
      } else if let first {
        place = first.number
        try places[place]?.resume(&link)
      } else {
        return
      }
      defer { findMoment(of: place) }
      guard let machine = places[place], let left = machine.left else { continue }
      outcomes[machine.place] = try machine.finish()
      starts[machine.place] = machine.start
      count += 1
      finished(count)
      places[place] = nil
      guard next < parts.count else { continue }
      places[place] = MovedMachine(parts[next], place: next, sender: place, at: left)
      next += 1
    }
  }
}
