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
    next = places
    outcomes = Array(repeating: nil, count: parts.count)
    starts = Array(repeating: 0, count: parts.count)
  }

  /// Moves all of them: what happens first comes first, and on the link before all else.
  mutating func run(finished: (Int) -> Void = { _ in }) throws(MigrationError) {
    var count = 0
    while true {
      var place: Int?
      for other in places.indices {
        guard let machine = places[other], machine.next < .max else { continue }
        if let place, let first = places[place], first.next <= machine.next { continue }
        place = other
      }
      if let passed = link.next(), passed.at <= place.flatMap({ places[$0]?.next }) ?? .max {
        place = passed.stream >> 1
        let channel = PageStream.Channel.allCases[passed.stream & 1]
        try places[passed.stream >> 1]?.endPassing(channel, at: passed.at, &link)
      } else if let place {
        try places[place]?.resume(&link)
      } else {
        return
      }
      guard let place, let machine = places[place], let left = machine.left else { continue }
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
