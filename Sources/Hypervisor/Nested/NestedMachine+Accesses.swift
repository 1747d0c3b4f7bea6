public import Paging

import Costs

extension NestedMachine {
  /// Makes an access of a program of L2's, whose kernel gives it the page if it has none.
  ///
  /// The kernel gives the page `frame`, or else the one that lies in L2's memory where the page lies in
  /// the program's, so that both ways lack as many entries.
  public mutating func touch(
    _ address: GuestVirtual, _ kind: Access.Kind = .write, frame: GuestPhysical? = nil
  ) throws(NestedError) -> NestedPlay {
    try choose(frame, for: address)
    return try played { (machine) throws(NestedError) in
      machine.play(.program, .access(address))
      let arrival = try machine.access(address, Access(kind, .user))
      guard case .reached(let translation) = arrival else {
        preconditionFailure("a program's access is never carried out for it")
      }
      return translation
    }
  }

  /// Touches the target.
  public mutating func touch() throws(NestedError) -> NestedPlay { try touch(target) }

  /// L2's kernel takes a page from its program, and the tables too that map nothing any more if it is
  /// told so.
  public mutating func unmap(
    _ address: GuestVirtual, freeingTables: Bool = false
  ) throws(NestedError) -> NestedPlay {
    try played { (machine) throws(NestedError) in
      let found = try machine.mapped(address)
      try machine.storeInGuest(found.store(0, of: address.value))
      var freed: [UInt64] = []
      if freeingTables {
        for number in (1..<found.tables.count).reversed() {
          let table = found.tables[number].table
          guard machine.isEmpty(table) else { break }
          let (parent, role) = found.tables[number - 1]
          let place = NestedEntry.place(in: parent, of: address.value, level: role.level)
          try machine.storeInGuest(PlannedStore(place: place, level: role.level, word: 0))
          freed.append(table)
        }
      }
      try machine.invalidate(address)
      for table in freed { machine.kernelFrames.give(table) }
      return nil
    }
  }

  /// L2's kernel takes the right to write a page from its program.
  ///
  /// The next write is a fault of L2's, whose handler gives the right back.
  public mutating func protect(_ address: GuestVirtual) throws(NestedError) -> NestedPlay {
    try played { (machine) throws(NestedError) in
      let found = try machine.mapped(address)
      let store = found.store(0, of: address.value)
      let entry = machine.read(store.place, of: .guest2)
      let word = entry & ~NestedEntry.write
      try machine.storeInGuest(PlannedStore(place: store.place, level: store.level, word: word))
      try machine.invalidate(address)
      return nil
    }
  }

  /// L1 moves a page of L2's to another frame of its own, as compaction does.
  public mutating func moveByInner(_ page: GuestPhysical) throws(NestedError) -> NestedPlay {
    try checkData(page, bytes: layout.pageBytes)
    return try played { (machine) throws(NestedError) in
      guard let old = machine.innerBacking[page.value] else { throw .notBacked(page) }
      guard let new = machine.innerPages.take() else { throw .outOfPages }
      try machine.takeFromGuest(page)
      machine.copy(old, to: new)
      machine.innerBacking[page.value] = new
      machine.innerPages.give(old)
      return nil
    }
  }

  /// L1 takes the right to write a page from L2, as dirty logging does, until L2 next writes it.
  public mutating func protectByInner(_ page: GuestPhysical) throws(NestedError) -> NestedPlay {
    try checkData(page, bytes: layout.pageBytes)
    return try played { (machine) throws(NestedError) in
      guard machine.innerBacking[page.value] != nil else { throw .notBacked(page) }
      try machine.protectFromGuest(page)
      return nil
    }
  }

  /// L0 moves the page of L1's memory that holds a page of L2's.
  public mutating func moveByOuter(_ page: GuestPhysical) throws(NestedError) -> NestedPlay {
    try checkData(page, bytes: layout.pageBytes)
    return try played { (machine) throws(NestedError) in
      guard let inner = machine.innerBacking[page.value] else { throw .notBacked(page) }
      try machine.moveFrame(of: inner)
      return nil
    }
  }

  /// Plays from an empty ledger and list of steps, and adds the ledger to the machine's own.
  private mutating func played(
    _ act: (inout Self) throws(NestedError) -> Translation?
  ) throws(NestedError) -> NestedPlay {
    let before = ledger
    ledger = Ledger()
    steps = []
    defer { ledger += before }
    let translation = try act(&self)
    return NestedPlay(translation: translation, steps: steps, ledger: ledger)
  }

  private mutating func choose(
    _ frame: GuestPhysical?, for address: GuestVirtual
  ) throws(NestedError) {
    guard layout.program.contains(address.value) else { throw .notOfProgram(address) }
    guard let frame else { return }
    try checkData(frame, bytes: layout.guestPageBytes)
    chosenFrames[address.value & ~(layout.guestPageBytes - 1)] = frame.value
  }

  private func checkData(_ page: GuestPhysical, bytes: UInt64) throws(NestedError) {
    guard layout.data.contains(page.value), page.isAligned(to: bytes) else {
      throw .notOfData(page)
    }
  }

  private func mapped(_ address: GuestVirtual) throws(NestedError) -> FollowedWalk {
    guard layout.program.contains(address.value) else { throw .notOfProgram(address) }
    let found = walk(.guest2, address.value)
    guard found.page != nil else { throw .notMapped(address) }
    return found
  }

  private func isEmpty(_ table: UInt64) -> Bool {
    (0..<512 as Range<UInt64>).allSatisfy { read(table + $0 * 8, of: .guest2) == 0 }
  }
}

extension FollowedWalk {
  /// A store into the last entry of the way.
  fileprivate func store(_ word: UInt64, of address: UInt64) -> PlannedStore {
    guard let (table, role) = tables.last else {
      preconditionFailure("a walk reads the root at least")
    }
    return PlannedStore(
      place: NestedEntry.place(in: table, of: address, level: role.level), level: role.level,
      word: word)
  }
}
