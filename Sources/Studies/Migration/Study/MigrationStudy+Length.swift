/// How long a migration may go on, which must be told before it is played.
extension MigrationStudy {
  /// How long a round that sends all memory takes on the own link, and the state after it.
  var fullRound: Int64 {
    let link = ownLink
    let pages = memoryBytes >> 12
    let sending = link.picoseconds(pages * link.pageBytes)
    let state = link.picoseconds(stateBytes)
    let longer = max(sending, link.scanPicoseconds(pages: Int(clamping: pages)))
    let (sum, overflows) = longer.addingReportingOverflow(state)
    return overflows ? .max : sum
  }

  /// What is wrong with the link as one of the machines sees it.
  var linkProblems: [(part: String, sentence: String)] {
    let bits = link.bitsPerSecond == 0 ? 0 : ownLink.usableBitsPerSecond
    guard MigrationLink.rates.contains(bits) else {
      let sentence =
        "A machine has \(bits) bit/s of the link, and it must have from 1 Mbit/s to 80 Tbit/s."
      return [("link", sentence)]
    }
    guard fullRound <= Self.longestRound else {
      let seconds = Self.seconds(fullRound)
      let sentence =
        "A machine's memory and state would be under way for \(seconds) s, and a day is the most:"
        + " a faster link or less memory would fit."
      return [("link", sentence)]
    }
    return []
  }

  /// What makes it too long to play; nothing where the link is wrong already.
  var lengthProblems: [(part: String, sentence: String)] {
    guard linkProblems.isEmpty else { return [] }
    var problems: [(part: String, sentence: String)] = []
    func note(_ part: String, _ sentence: String) { problems.append((part, sentence)) }
    let most = Self.whole(Self.mostWrites)
    // A round is never cut: the last one begins within the limit.
    let rounds = max(precopy.longestPicoseconds, fullRound)
    let written = writes(in: rounds)
    if written > Self.mostWrites {
      let less = rounds == fullRound ? "a faster link" : "a shorter limit"
      note(
        "writer",
        "The guest may write \(Self.whole(written)) pages until the rounds are given up, and \(most)"
          + " are played at most: a lower rate or \(less) would fit.")
    }
    let watched = writes(in: watchedPicoseconds)
    if watched > Self.mostWrites {
      note(
        "writer",
        "The guest may write \(Self.whole(watched)) pages while it is watched after its switch, and"
          + " \(most) are played at most: a lower rate or a shorter time would fit.")
    }
    let lanes = max(1, min(atOnce, machines))
    let turns = Double((machines + lanes - 1) / lanes)
    // The rounds up to the limit, one more, what is left when the guest has stopped, and the watch.
    let each =
      Double(precopy.longestPicoseconds) + 2 * Double(fullRound) + Double(watchedPicoseconds)
    if each * turns > Double(Self.longestMove) {
      note(
        "precopy",
        "All machines may be under way for \(Self.whole(each * turns / 1e12)) s, and"
          + " \(Self.seconds(Self.longestMove)) s are the most: a shorter limit or fewer machines"
          + " would fit.")
    }
    return problems
  }

  /// The most writes of all processors in a time.
  private func writes(in picoseconds: Int64) -> Double {
    Double(writer.mostBitsPerSecond) / 32768 * (Double(picoseconds) / 1e12) * Double(processors)
  }

  private static func seconds(_ picoseconds: Int64) -> Int64 { picoseconds / 1_000_000_000_000 }

  /// A number without its fraction, however large.
  private static func whole(_ value: Double) -> UInt64 { UInt64(min(max(value, 0), 1e19)) }
}
