"""Make the example's repository a service's own, and keep the example for the tests of the product."""
