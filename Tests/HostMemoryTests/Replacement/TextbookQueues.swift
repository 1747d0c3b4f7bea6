/// 2Q, full version (Johnson and Shasha, VLDB 1994); lists start at their heads.
struct Textbook2Q: Textbook {
  let frames: Int
  var a1in: [Int] = []
  var a1out: [Int] = []
  var am: [Int] = []

  mutating func reference(_ page: Int) -> Step {
    if let place = am.firstIndex(of: page) {
      am.insert(am.remove(at: place), at: 0)
      return .hit
    }
    if let place = a1out.firstIndex(of: page) {
      a1out.remove(at: place)
      let victim = reclaim()
      am.insert(page, at: 0)
      return Step(isMiss: true, victim: victim)
    }
    if a1in.contains(page) { return .hit }
    let victim = reclaim()
    a1in.insert(page, at: 0)
    return Step(isMiss: true, victim: victim)
  }

  private mutating func reclaim() -> Int? {
    if a1in.count + am.count < frames { return nil }
    guard a1in.count > frames / 4 else { return am.removeLast() }
    let victim = a1in.removeLast()
    a1out.insert(victim, at: 0)
    if a1out.count > frames / 2 { a1out.removeLast() }
    return victim
  }
}

/// ARC (Megiddo and Modha, FAST 2003, figure 4); lists start at their most recently used pages.
struct TextbookARC: Textbook {
  let c: Int
  var p = 0.0
  var t1: [Int] = []
  var t2: [Int] = []
  var b1: [Int] = []
  var b2: [Int] = []

  mutating func reference(_ x: Int) -> Step {
    if t1.contains(x) || t2.contains(x) {
      t1.removeAll { $0 == x }
      t2.removeAll { $0 == x }
      t2.insert(x, at: 0)
      return .hit
    }
    if b1.contains(x) {
      let delta = b1.count >= b2.count ? 1 : Double(b2.count) / Double(b1.count)
      p = min(p + delta, Double(c))
      let victim = replace(x)
      b1.removeAll { $0 == x }
      t2.insert(x, at: 0)
      return Step(isMiss: true, victim: victim)
    }
    if b2.contains(x) {
      let delta = b2.count >= b1.count ? 1 : Double(b1.count) / Double(b2.count)
      p = max(p - delta, 0)
      let victim = replace(x)
      b2.removeAll { $0 == x }
      t2.insert(x, at: 0)
      return Step(isMiss: true, victim: victim)
    }
    var victim: Int?
    if t1.count + b1.count == c {
      if t1.count < c {
        b1.removeLast()
        victim = replace(x)
      } else {
        victim = t1.removeLast()
      }
    } else if t1.count + t2.count + b1.count + b2.count >= c {
      if t1.count + t2.count + b1.count + b2.count == 2 * c { b2.removeLast() }
      victim = replace(x)
    }
    t1.insert(x, at: 0)
    return Step(isMiss: true, victim: victim)
  }

  private mutating func replace(_ x: Int) -> Int {
    if t1.count >= 1, (b2.contains(x) && Double(t1.count) == p) || Double(t1.count) > p {
      let victim = t1.removeLast()
      b1.insert(victim, at: 0)
      return victim
    }
    let victim = t2.removeLast()
    b2.insert(victim, at: 0)
    return victim
  }
}

/// S3-FIFO (Yang and others, SOSP 2023, algorithm 1); queues start at their heads.
struct TextbookS3FIFO: Textbook {
  let frames: Int
  var small: [Int] = []
  var main: [Int] = []
  var ghost: [Int] = []
  var freq: [Int: Int] = [:]

  mutating func reference(_ x: Int) -> Step {
    if small.contains(x) || main.contains(x) {
      freq[x] = min((freq[x] ?? 0) + 1, 3)
      return .hit
    }
    let isRemembered = ghost.contains(x)
    ghost.removeAll { $0 == x }
    var victim: Int?
    while small.count + main.count == frames {
      victim = small.isEmpty || small.count < frames / 10 ? evictMain() : evictSmall()
    }
    if isRemembered { main.insert(x, at: 0) } else { small.insert(x, at: 0) }
    freq[x] = 0
    return Step(isMiss: true, victim: victim)
  }

  private mutating func evictSmall() -> Int? {
    while let t = small.popLast() {
      guard (freq[t] ?? 0) > 1 else {
        ghost.insert(t, at: 0)
        if ghost.count > frames * 9 / 10 { ghost.removeLast() }
        return t
      }
      main.insert(t, at: 0)
      freq[t] = 0
    }
    return nil
  }

  private mutating func evictMain() -> Int? {
    while let t = main.popLast() {
      guard (freq[t] ?? 0) > 0 else {
        return t
      }
      freq[t] = (freq[t] ?? 0) - 1
      main.insert(t, at: 0)
    }
    return nil
  }
}
