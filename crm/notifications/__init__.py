"""What somebody is told of: in the bell, by mail, in a digest; each time judged anew by what he may see."""
